#!/bin/sh
# Installs a configuration file unless there is one: files written by hand are never replaced.
# usage: install-once.sh FILE FOLDER      run by meson install
set -eu
target="${DESTDIR:-}$2/$(basename -- "$1")"
if [ -e "$target" ]; then
  echo "$target is kept"
  exit 0
fi
install -D -m 644 -- "$1" "$target"
