#!/bin/sh
set -eu
apt-get install --only-upgrade -y "$PT_name"
