#!/bin/sh
# Installs Bihuan @version@ beside this file, without a network: sh install.sh
set -eu
cd "$(dirname "$0")"

say() { printf '%s\n' "$@" >&2; }

python=
for name in ${PYTHON-} python@python@ python3; do
    if "$name" -c 'import sys; sys.exit("%d.%d" % sys.version_info[:2] != "@python@")' 2> /dev/null; then
        python=$name
        break
    fi
done
if [ -z "$python" ]; then
    say "需要 Python @python@（可用 PYTHON=路径 指定）。" "Needs Python @python@ (PYTHON=path names one); Debian: apt-get install python@python@-venv"
    exit 1
fi
if ! sha256sum --quiet --check SHA256SUMS; then
    say "文件不完整或被改动过，请重新拷贝。" "Files are torn or changed: copy them again."
    exit 1
fi

trap 'rm -rf .venv' EXIT # a broken try leaves nothing half-made
trap 'exit 130' INT TERM
rm -rf .venv
if ! "$python" -m venv .venv; then
    say "缺 venv。" "venv is missing; Debian: apt-get install python@python@-venv"
    exit 1
fi
say "正在安装 @count@ 个包，约一分钟 / installing @count@ packages, about a minute"
PIP_CONFIG_FILE=/dev/null .venv/bin/python -m pip --isolated --disable-pip-version-check --quiet install \
    --no-index --find-links wheels --only-binary :all: --require-hashes -r requirements.txt
trap - EXIT

.venv/bin/bihuan doctor || true
say "" \
    "装好了：$PWD/.venv/bin/bihuan" \
    "看示例区县的网站：.venv/bin/bihuan site demo（在本文件夹里运行），再用浏览器打开 http://127.0.0.1:8000/" \
    "正式安装：docs/guide/deploy.md" \
    "" \
    "Installed: $PWD/.venv/bin/bihuan" \
    "The example district's site: .venv/bin/bihuan site demo (in this folder), then open http://127.0.0.1:8000/" \
    "A real site: docs/guide/deploy.md"
