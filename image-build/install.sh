#!/bin/sh
# Makes a recorder of a machine that already runs 64-bit Raspberry Pi OS or Debian (12 or later). Run by root, from a
# checkout; running it again brings the machine to this checkout's state.
# usage: install.sh [--uninstall | --show FOLDER]
# --show: put into FOLDER what would be put on this machine besides the application, and change nothing else.
set -eu
cd "$(dirname "$0")/.."
installed=/usr/lib/moment-recorder

give_up() {
    echo "$*" >&2
    exit 1
}

look_at_the_machine() {
    [ "$(id -u)" = 0 ] || give_up "Only root can install: sudo image-build/install.sh"
    command -v apt-get >/dev/null || give_up "This system has no apt-get: Moment Recorder installs on Raspberry Pi OS and Debian."
    case $(dpkg --print-architecture) in
    arm64 | amd64) ;;
    *) give_up "This system is not a 64-bit one: install 64-bit Raspberry Pi OS first." ;;
    esac
    version=$(sed -n 's/^VERSION_ID="\{0,1\}\([0-9]*\).*/\1/p' /etc/os-release)
    if ! grep -q '^ID=debian' /etc/os-release || [ "${version:-99}" -lt 12 ]; then
        give_up "This system is older than Debian 12, or another one: install Raspberry Pi OS of 2023 or later, or Debian 12."
    fi
    [ -x /usr/lib/systemd/systemd ] || [ -x /lib/systemd/systemd ] || give_up "This system is not started by systemd, which runs the recorder."
    [ -x systemd/install ] || give_up "This checkout is not complete: systemd/install is missing."
}

install_packages() {
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq || give_up "Debian's packages cannot be listed: is this machine on the internet?"
    apt-get install -qq -y --no-install-recommends python3 python3-venv python3-pip ffmpeg alsa-utils util-linux >/dev/null ||
        give_up "Debian's packages cannot be installed: apt-get install ffmpeg python3-venv tells why."
}

install_application() { # install_application FOLDER: lib/ and version in it
    python3 -m venv "$1/tool"
    "$1/tool/bin/pip" --disable-pip-version-check --quiet install --target "$1/lib" --no-deps --require-hashes -r requirements.txt ||
        give_up "The Python packages cannot be fetched: is this machine on the internet?"
    # Debian offers the pins' library from 13 on, its makers for the Python of 12; a machine without pins needs neither
    apt-get install -qq -y --no-install-recommends python3-lgpio >/dev/null 2>&1 ||
        "$1/tool/bin/pip" --disable-pip-version-check --quiet install --target "$1/lib" --no-deps --require-hashes \
            --only-binary=:all: -r requirements-board.txt 2>/dev/null ||
        echo "The pins' library (lgpio) is not offered for this system: buttons and lamp stay off." >&2
    rm -r "$1/tool"
    cp -R appliance "$1/lib/"
    [ ! -d setup-portal/setup_portal ] || cp -R setup-portal/setup_portal "$1/lib/"
    python3 -m compileall -q "$1/lib/appliance" "$1/lib/setup_portal"
    sed -n 's/^__version__ = "\(.*\)"$/\1/p' appliance/__init__.py >"$1/version"
    chmod -R u=rwX,go=rX "$1"
}

prepare_files() { # prepare_files STAGE: units and everything else
    cp -R image-build/files/. "$1/"
    rm -r "$1/etc" # this machine has a name
    # and a network, which is not the recorder's to change
    sed -i 's/^set_up = .*/set_up = "never"/' "$1/usr/share/moment-recorder/moment.toml"
    grep -q 'Raspberry Pi' /sys/firmware/devicetree/base/model 2>/dev/null ||
        sed -i 's/^kind = "gpio"/kind = "none"/' "$1/usr/share/moment-recorder/moment.toml"
    systemd/install "$1" --guest 2>/dev/null
    # this machine's own users are not the stage's
    rm -f "$1"/etc/passwd* "$1"/etc/group* "$1"/etc/shadow* "$1"/etc/gshadow* "$1"/etc/.pwd.lock
    find "$1" -type d -exec chmod 755 {} +
}

take_over() { # take_over STAGE: its files, and a list of them beside
    (cd "$1" && find . ! -type d ! -path ./list) >"$1/list"
    (cd "$1" && tar -c --owner 0 --group 0 -T list) | tar -x -C / --no-overwrite-dir
}

install_everything() {
    look_at_the_machine
    install_packages
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    mkdir "$work/application" "$work/stage"
    install_application "$work/application"
    remove_files
    mkdir -p "$installed"
    cp -R "$work/application/." "$installed/"
    prepare_files "$work/stage"
    take_over "$work/stage"
    cp "$work/stage/list" "$installed/files"
    systemd-sysusers
    systemd-tmpfiles --create /usr/lib/tmpfiles.d/moment-recorder.conf
    [ -e /data/settings/moment.toml ] || install -m 600 -o moment -g moment /dev/null /data/settings/moment.toml
    if [ -d /run/systemd/system ]; then
        systemctl daemon-reload
        # a container has no udev, and no pins
        ! udevadm control --reload 2>/dev/null || udevadm trigger --subsystem-match=gpio
        systemctl restart moment-recorder.service
        systemctl stop moment-portal.service
        systemctl restart moment-portal.socket ||
            echo "The pages are not served: another program has this machine's port 80. Recording goes on." >&2
    fi
    echo "Moment Recorder is installed. Your settings go into /data/settings/moment.toml; moment status tells how it is."
    echo "The pages: sudo /usr/lib/moment-recorder/portal password, then open http://$(hostname)/ in a browser."
}

remove_files() {
    [ ! -e "$installed/files" ] || (cd / && xargs -d '\n' rm -f <"$installed/files")
    find /usr/lib/systemd/system -name 'moment-*.d' -type d -empty -delete
    rm -rf "$installed"
}

uninstall() {
    [ "$(id -u)" = 0 ] || give_up "Only root can uninstall: sudo image-build/install.sh --uninstall"
    [ -e "$installed/files" ] || give_up "Moment Recorder is not installed here."
    [ ! -d /run/systemd/system ] || systemctl stop 'moment-*'
    remove_files
    rm -rf /usr/share/moment-recorder
    [ ! -d /run/systemd/system ] || systemctl daemon-reload
    echo "Moment Recorder is gone. Your memories and settings stay in /data; the user moment stays, for they are its files."
}

case ${1:-} in
"") install_everything ;;
--uninstall) uninstall ;;
--show)
    mkdir "${2:?a folder that is not there yet}"
    prepare_files "$2"
    ;;
*)
    sed -n 's/^# usage: /usage: /p' "$0" >&2
    exit 2
    ;;
esac
