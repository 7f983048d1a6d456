"""The page: a built bundle of static files and the headers they are served with."""
