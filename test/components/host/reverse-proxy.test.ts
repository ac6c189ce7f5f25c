import { caddyConfiguration } from "../../../components/host/reverse-proxy";

const sites = [{ hostname: "wiki.example.com", address: "10.20.0.3", port: 80 }];

describe("the reverse proxy", () => {
  test("with a private authority", () => {
    expect(caddyConfiguration(sites, { issuer: "private-ca" }).content).toBe(`{
	admin off
	servers {
		protocols h1 h2
	}
	auto_https disable_redirects
	skip_install_trust
	pki {
		ca deploy4me {
			name "deploy4me"
			root {
				format pem_file
				cert /etc/caddy/ca/certificate.pem
				key /etc/caddy/ca/key.pem
			}
		}
	}
}

(security) {
	header {
		Strict-Transport-Security "max-age=31536000"
		X-Content-Type-Options "nosniff"
		Referrer-Policy "strict-origin-when-cross-origin"
		?X-Frame-Options "SAMEORIGIN"
		-Server
		-X-Powered-By
		defer
	}
}

http:// {
	header -Server
	respond 404
}

http://wiki.example.com {
	header -Server
	redir https://{host}{uri} 308
}

https://wiki.example.com {
	tls {
		issuer internal {
			ca deploy4me
		}
	}
	import security
	encode gzip
	reverse_proxy 10.20.0.3:80
}
`);
  });

  test("with ACME leaves the certificates to Caddy", () => {
    const { content } = caddyConfiguration(sites, { issuer: "acme", email: "admin@example.com" });
    expect(content).toContain("\temail admin@example.com\n");
    expect(content).not.toContain("pki");
    expect(content).not.toContain("issuer");
  });

  test("can be read by the proxy alone", () => {
    expect(caddyConfiguration(sites, { issuer: "acme" })).toMatchObject({ mode: "0640", owner: "root:caddy" });
  });
});
