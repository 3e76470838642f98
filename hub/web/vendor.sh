#!/usr/bin/env bash
# Refreshes static/vendor from the npm packages below, by version and SHA-256 of the package. Run it only to change a
# version; the result is committed, so building the hub needs neither npm nor a network.
set -euo pipefail
cd "$(dirname "$0")"
command -v npm >/dev/null || { echo "vendor.sh: npm is missing: apt-get install npm" >&2; exit 1; }
out=$PWD/static/vendor
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# package, version, SHA-256 of the packed file, licence file, then the files to keep
packages='
htmx.org 2.0.11 165a2655073e9e6e55e307a7c74e8ebcdb76afb7701f9c16cfd106a13add408e LICENSE dist/htmx.min.js
htmx-ext-sse 2.2.4 90b46f5ab915ba2f64e6348448c8dba509277a47e15c125ffb65754eb4f6b5dc LICENSE dist/sse.min.js
uplot 1.6.32 4b8a8191e425658e3ea8c8c1314b0fc679c861ee3a1af2b20c7b16ba50b5133d LICENSE dist/uPlot.iife.min.js dist/uPlot.min.css
@picocss/pico 2.1.1 4affbb56f49df6d5325610b06762156f1dcdbc6ef57cea5c136d7e8a00a8cd24 LICENSE.md css/pico.min.css
'
mkdir -p "$out"
: >"$work/LICENSES"
while read -r name version digest licence files; do
  [ -n "$name" ] || continue
  file=$(cd "$work" && npm pack --silent "$name@$version" </dev/null)
  echo "$digest  $work/$file" | sha256sum --check --quiet
  tar -xzf "$work/$file" -C "$work"
  for f in $files; do cp "$work/package/$f" "$out/"; done
  printf '%s %s\n\n%s\n\n' "$name" "$version" "$(cat "$work/package/$licence")" >>"$work/LICENSES"
  rm -rf "$work/package"
done <<<"$packages"
cp "$work/LICENSES" "$out/LICENSES"
chmod 644 "$out"/*
echo "static/vendor holds: $(ls "$out" | tr '\n' ' ')"
