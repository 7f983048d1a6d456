"""Puppet code as text: names, `environment.conf`, task metadata and the files a task consists of. Pure."""
