#!/bin/sh
set -eu
while read -r host; do
  echo "new certificate for $host, good for $PT_days days"
done <"$PT__installdir/harbour/files/hosts.txt"
