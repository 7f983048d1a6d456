"""Label Studio's labelling configuration: XML that says what annotators see and what they may answer."""
