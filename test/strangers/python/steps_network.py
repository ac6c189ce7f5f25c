"""Addresses, names, firewalls, projects."""

from client import REGION, TAG, pages, wait_for_action

DOMAIN = "pydo.example"


class NetworkSteps:
    def test_13_reserved_ip(self):
        first, second, _ = self.made["droplets"]
        ip = self.api.reserved_ips.create({"region": REGION})["reserved_ip"]["ip"]
        other = self.api.reserved_ips.create({"droplet_id": second})
        for link in other["links"]["actions"]:
            wait_for_action(self.api, {"action": link})
        act = lambda **body: wait_for_action(self.api, self.api.reserved_ips_actions.post(ip, body))
        assigned = act(type="assign", droplet_id=first)
        self.assertEqual(self.api.reserved_ips_actions.get(ip, assigned["id"])["action"]["status"], "completed")
        self.assertEqual(self.api.reserved_ips.get(ip)["reserved_ip"]["droplet"]["id"], first)
        self.assertEqual(len(pages("reserved_ips", self.api.reserved_ips.list, 1)), 2)
        act(type="unassign")
        self.assertIsNone(self.api.reserved_ips.get(ip)["reserved_ip"]["droplet"])
        self.api.reserved_ips.delete(other["reserved_ip"]["ip"])
        self.made["reserved_ip"] = ip

    def test_14_reserved_ipv6(self):
        first = self.made["droplets"][0]
        ip = self.api.reserved_ipv6.create({"region_slug": REGION})["reserved_ipv6"]["ip"]
        act = lambda **body: wait_for_action(self.api, self.api.reserved_ipv6_actions.post(ip, body))
        act(type="assign", droplet_id=first)
        self.assertEqual(self.api.reserved_ipv6.get(ip)["reserved_ipv6"]["droplet"]["id"], first)
        self.assertEqual(len(pages("reserved_ipv6s", self.api.reserved_ipv6.list, 1)), 1)
        act(type="unassign")
        self.made["reserved_ipv6"] = ip

    def test_15_domain(self):
        self.assertEqual(self.api.domains.create({"name": DOMAIN, "ip_address": "192.0.2.1"})["domain"]["name"], DOMAIN)
        records = [
            {"type": "A", "name": "www", "data": "192.0.2.7", "ttl": 60},
            {"type": "AAAA", "name": "www", "data": "2001:db8::7"},
            {"type": "CNAME", "name": "wiki", "data": "www.pydo.example."},
            {"type": "MX", "name": "@", "data": "mail.pydo.example.", "priority": 10},
            {"type": "TXT", "name": "@", "data": "v=spf1 -all"},
            {"type": "SRV", "name": "_sip._tcp", "data": "www.pydo.example.", "priority": 1, "port": 5060, "weight": 2},
            {"type": "NS", "name": "sub", "data": "ns1.example.net."},
            {"type": "CAA", "name": "@", "data": "ca.example.net.", "flags": 0, "tag": "issue"},
        ]
        for record in records:
            made = self.api.domains.create_record(DOMAIN, record)["domain_record"]
            self.assertEqual((made["type"], made["name"]), (record["type"], record["name"]))
            changed = self.api.domains.patch_record(DOMAIN, made["id"], {**record, "ttl": 90})
            self.assertEqual(changed["domain_record"], {**made, "ttl": 90})
            self.assertEqual(self.api.domains.get_record(DOMAIN, made["id"]), changed)
        listed = pages("domain_records", lambda **page: self.api.domains.list_records(DOMAIN, **page), 3)
        # Beside these: SOA, three name servers, and the address that it was created with.
        self.assertEqual(len(listed), len(records) + 5)
        both = self.api.domains.list_records(DOMAIN, name=f"www.{DOMAIN}", type="A")["domain_records"]
        self.assertEqual(len(both), 1)
        self.api.domains.delete_record(DOMAIN, both[0]["id"])
        self.assertIn("_sip._tcp.pydo.example.", self.api.domains.get(DOMAIN)["domain"]["zone_file"])

    def test_16_firewall(self):
        first, second, third = self.made["droplets"]
        firewall = self.api.firewalls.create(
            {
                "name": "pydo",
                "inbound_rules": [
                    {"protocol": "tcp", "ports": "22", "sources": {"addresses": ["192.0.2.0/24", "2001:db8::/32"]}},
                    {"protocol": "tcp", "ports": "8000-9000", "sources": {"tags": [TAG]}},
                    {"protocol": "udp", "ports": "53", "sources": {"droplet_ids": [second]}},
                    {"protocol": "icmp", "sources": {"addresses": ["0.0.0.0/0"]}},
                ],
                "outbound_rules": [{"protocol": "tcp", "ports": "all", "destinations": {"addresses": ["0.0.0.0/0"]}}],
                "droplet_ids": [first],
            }
        )["firewall"]["id"]
        extra = {"inbound_rules": [{"protocol": "tcp", "ports": "443", "sources": {"addresses": ["0.0.0.0/0"]}}]}
        self.api.firewalls.add_rules(firewall, extra)
        self.api.firewalls.add_tags(firewall, {"tags": [TAG]})
        self.api.firewalls.assign_droplets(firewall, {"droplet_ids": [third]})
        found = self.api.firewalls.get(firewall)["firewall"]
        self.assertEqual((len(found["inbound_rules"]), found["droplet_ids"], found["tags"]), (5, [first, third], [TAG]))
        self.assertEqual(len(self.api.droplets.list_firewalls(second)["firewalls"]), 1)
        self.api.firewalls.delete_rules(firewall, extra)
        self.api.firewalls.delete_tags(firewall, {"tags": [TAG]})
        self.api.firewalls.delete_droplets(firewall, {"droplet_ids": [third]})
        changed = {"name": "pydo-renamed", "inbound_rules": found["inbound_rules"][:1]}
        updated = self.api.firewalls.update(firewall, changed)["firewall"]
        self.assertEqual((len(updated["inbound_rules"]), updated["outbound_rules"]), (1, []))
        self.assertEqual([one["id"] for one in pages("firewalls", self.api.firewalls.list, 1)], [firewall])
        self.made["firewall"] = firewall

    def test_17_project(self):
        project = self.api.projects.create({"name": "pydo", "purpose": "Service or API"})["project"]["id"]
        patched = self.api.projects.patch(project, {"environment": "Staging"})["project"]
        self.assertEqual((patched["name"], patched["environment"]), ("pydo", "Staging"))
        urns = [f"do:droplet:{self.made['droplets'][0]}", f"do:domain:{DOMAIN}", f"do:volume:{self.made['volume']}"]
        assigned = self.api.projects.assign_resources(project, {"resources": urns})["resources"]
        self.assertEqual([one["urn"] for one in assigned], urns)
        listed = pages("resources", lambda **page: self.api.projects.list_resources(project, **page), 1)
        self.assertEqual(sorted(one["urn"] for one in listed), sorted(urns))
        self.assertEqual(len(pages("projects", self.api.projects.list, 1)), 2)
        self.assertTrue(self.api.projects.get_default()["project"]["is_default"])
        self.made["project"] = project
