#!/bin/sh
exec systemctl "$PT_action" "$PT_name"
