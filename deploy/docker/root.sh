#!/bin/sh
# Lays out the image's root file system in the folder that is named: the program, what it loads, and what scanners and
# lawyers want to know of it. There is no shell in it, and no package manager.
set -eu
image=$1
home=/usr/lib/camtally

# One place for libraries, whichever of its names is used.
mkdir -p "$image/usr/bin" "$image/usr/lib" "$image/usr/lib64" "$image/etc/ssl/certs" "$image/var/lib/dpkg/status.d"
for name in bin lib lib64; do ln -s "usr/$name" "$image/$name"; done

cp -a "$home" "$image$home"
cp -P /usr/bin/camtally "$image/usr/bin/camtally"

# What a file is called below /usr: /lib leads there, and dpkg knows files by either name.
below_usr() { case $1 in /lib*) printf '/usr%s\n' "$1" ;; *) printf '%s\n' "$1" ;; esac }

packages="camtally ca-certificates"
for library in $(ldd "$home/camtally" "$home/libonnxruntime.so" | grep -o '/[^ :]*' | grep -v "^$home" | sort -u); do
  # The name that it is loaded by, and the file that this name leads to.
  file=$(readlink -f "$library")
  name=$(below_usr "$library")
  mkdir -p "$image$(dirname "$name")" "$image$(dirname "$(below_usr "$file")")"
  cp "$file" "$image$(below_usr "$file")"
  [ "$name" = "$(below_usr "$file")" ] || ln -sf "$(below_usr "$file")" "$image$name"
  owner=$(dpkg -S "$file" 2>/dev/null || dpkg -S "${file#/usr}" 2>/dev/null || dpkg -S "/usr$file")
  packages="$packages ${owner%%:*}"
done

# Scanners read which packages the files are of, as they do with distroless images.
# shellcheck disable=SC2086 # a list of words
for package in $(printf '%s\n' $packages | sort -u); do
  dpkg-query --status "$package" >"$image/var/lib/dpkg/status.d/$package"
  mkdir -p "$image/usr/share/doc/$package"
  cp -L "/usr/share/doc/$package/copyright" "$image/usr/share/doc/$package/copyright"
done
cp -a /usr/share/doc/camtally/. "$image/usr/share/doc/camtally"

cp -L /etc/os-release "$image/etc/os-release"
cp /etc/ssl/certs/ca-certificates.crt "$image/etc/ssl/certs/"
echo 'camtally:x:10001:10001::/var/lib/camtally:/nonexistent' >"$image/etc/passwd"
echo 'camtally:x:10001:' >"$image/etc/group"
echo 'hosts: files dns' >"$image/etc/nsswitch.conf"
install -d -m 1777 "$image/tmp"
install -d -m 0750 -o 10001 -g 10001 "$image/var/lib/camtally"

# What is missing would only be seen when it is loaded.
chroot "$image" /usr/bin/camtally --version
