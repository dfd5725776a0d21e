#!/bin/sh
# Installs what the practice network needs, where that is possible: Debian, as root, and something missing.
set -eu
missing=""
python3 -c "import ensurepip, venv" 2>/dev/null || missing=" python3-venv"
for pair in /usr/lib/frr/zebra:frr /usr/sbin/sshd:openssh-server /usr/bin/ssh:openssh-client /usr/sbin/ip:iproute2 \
    /usr/bin/ping:iputils-ping /usr/sbin/nft:nftables /usr/bin/chromium:chromium; do
    [ -x "${pair%%:*}" ] || missing="$missing ${pair##*:}"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "the practice network needs:$missing (install them as root); without them its tests are skipped" >&2
    exit 0
fi
echo "installing$missing"
# Nothing may start by itself: the routers get daemons and SSH servers of their own.
policy=/usr/sbin/policy-rc.d
made=""
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
    made=yes
fi
trap '[ -z "$made" ] || rm -f "$policy"' EXIT
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086
apt-get install --yes --no-install-recommends -qq $missing >/dev/null 2>&1 || {
    apt-get update -qq >/dev/null
    apt-get install --yes --no-install-recommends -qq $missing >/dev/null
}
