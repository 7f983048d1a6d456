#!/bin/sh
printf '{"name":"%s","kernel":"%s","uptime":"%s"}\n' "$(hostname)" "$(uname -r)" "$(cut -d. -f1 /proc/uptime)"
