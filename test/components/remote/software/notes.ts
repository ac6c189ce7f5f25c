import { parseDefinition } from "../../../../catalogue/loader";
import type { SoftwareDefinition } from "../../../../catalogue/schema";
import type { Installation } from "../../../../components/remote/software/install";
import type { SshSession } from "../../../../components/remote/ssh";

/** A small web server in a Debian package, for machines that reach no mirror: in every other respect software like any. */
export function notes(change: Partial<SoftwareDefinition> = {}): SoftwareDefinition {
  return { ...parseDefinition(definition, "notes.yaml"), ...change };
}

const definition = `
name: notes
title: Notes
description: A place for notes.
homepage: https://notes.example/
needs: { memoryMb: 512, diskGb: 5 }
packages: { install: [notes], version: notes }
port: 8080
parameters:
  title: { description: The name, default: Notes }
  adminPassword: { description: The password, generate: { length: 24 }, credential: password }
files:
  - path: /etc/notes/notes.json
    mode: "0640"
    content: |
      { "title": {{title|json}}, "page": "Welcome" }
  - path: /etc/systemd/system/notes-tick.service
    content: |
      [Service]
      ExecStart=/usr/bin/sleep infinity
      [Install]
      WantedBy=multi-user.target
setup: |
  printf %s "$ADMIN_PASSWORD" >/var/lib/notes/password
services: [notes, notes-tick]
health: { path: /page, contains: Welcome, seconds: 20 }
data: [/var/lib/notes]
remove: rm -f /var/lib/notes/lock
`;

export const password = "correct-horse-battery";

export function installation(change: Partial<Installation> = {}): Installation {
  const builtIn = { url: "https://notes.example.com", hostname: "notes.example.com", networkRange: "10.20.0.0/24" };
  return {
    definition: notes(),
    parameters: { ...builtIn, egressProxy: "http://bastion:3128", title: `Bob's "notes"`, adminPassword: password },
    ...change,
  };
}

/** Makes the machine's own folder the only package source, and puts a version of the package into it. */
export async function publish(session: SshSession, version: string): Promise<void> {
  const { code, stderr } = await session.run(publishScript, { environment: { VERSION: version } });
  if (code !== 0) throw new Error(`the package could not be made: ${stderr}`);
}

const publishScript = `set -eu
rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/* /root/build
mkdir -p /srv/repository /root/build/DEBIAN /root/build/usr/share/notes /root/build/usr/lib/systemd/system
echo 'deb [trusted=yes] file:/srv/repository ./' >/etc/apt/sources.list
cd /root/build
cat >DEBIAN/control <<END
Package: notes
Version: $VERSION
Architecture: all
Maintainer: Nobody <nobody@example.com>
Depends: python3
Description: a place for notes
END
printf '#!/bin/sh\\nmkdir -p /var/lib/notes\\n' >DEBIAN/postinst
printf '#!/bin/sh\\nsystemctl stop notes\\n' >DEBIAN/prerm
printf '#!/bin/sh\\n[ "$1" = purge ] && rm -rf /var/lib/notes\\nexit 0\\n' >DEBIAN/postrm
chmod 0755 DEBIAN/postinst DEBIAN/prerm DEBIAN/postrm
cat >usr/share/notes/server.py <<END
import http.server, json
config = json.load(open("/etc/notes/notes.json"))
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = f"{config['title']} $VERSION {config['page']} {self.headers['Host']} {self.headers['X-Forwarded-Proto']}".encode()
        self.send_response(200 if self.path == "/page" else 404)
        self.end_headers()
        self.wfile.write(body)
http.server.ThreadingHTTPServer(("127.0.0.1", 8080), Handler).serve_forever()
END
cat >usr/lib/systemd/system/notes.service <<END
[Service]
ExecStart=/usr/bin/python3 /usr/share/notes/server.py
[Install]
WantedBy=multi-user.target
END
dpkg-deb --build --root-owner-group . "/srv/repository/notes_$VERSION.deb" >/dev/null
cd /srv/repository
for deb in *.deb; do
  dpkg-deb --field "$deb"
  echo "Filename: ./$deb"
  echo "Size: $(stat -c %s "$deb")"
  echo "SHA256: $(sha256sum "$deb" | cut -d' ' -f1)"
  echo
done >Packages
`;
