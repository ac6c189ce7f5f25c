"""Who we are, what can be had, and what a droplet needs before it is made."""

from client import IMAGE, PUBLIC_KEY, REGION, SIZE, TAG, pages


class AccountSteps:
    def test_01_account(self):
        account = self.api.account.get()["account"]
        self.assertEqual(account["status"], "active")
        self.assertTrue(account["uuid"] and account["team"]["uuid"] and account["droplet_limit"])
        headers = {}
        self.api.account.get(cls=lambda response, body, given: headers.update(given))
        self.assertEqual(headers["ratelimit-limit"], 5000)
        self.assertLess(headers["ratelimit-remaining"], 5000)

    def test_02_catalogue(self):
        regions = pages("regions", self.api.regions.list, 5)
        self.assertIn(SIZE, next(one for one in regions if one["slug"] == REGION)["sizes"])
        sizes = pages("sizes", self.api.sizes.list, 20)
        self.assertEqual(next(one for one in sizes if one["slug"] == SIZE)["price_monthly"], 6)
        images = pages("images", lambda **page: self.api.images.list(type="distribution", **page), 1)
        self.assertIn(IMAGE, [one["slug"] for one in images])
        self.assertEqual(self.api.images.get(IMAGE)["image"]["distribution"], "Debian")

    def test_03_ssh_key(self):
        key = self.api.ssh_keys.create({"name": "pydo", "public_key": PUBLIC_KEY})["ssh_key"]
        self.assertEqual(self.api.ssh_keys.get(key["fingerprint"])["ssh_key"]["id"], key["id"])
        renamed = self.api.ssh_keys.update(key["id"], {"name": "pydo renamed"})["ssh_key"]
        self.assertEqual(renamed["name"], "pydo renamed")
        self.assertEqual([one["public_key"] for one in pages("ssh_keys", self.api.ssh_keys.list, 1)], [PUBLIC_KEY])
        self.made["key"] = key

    def test_04_tag(self):
        for name in (TAG, "second", "third"):
            self.assertEqual(self.api.tags.create({"name": name})["tag"]["name"], name)
        self.assertEqual(len(pages("tags", self.api.tags.list, 1)), 3)
        for name in ("second", "third"):
            self.api.tags.delete(name)
        self.assertEqual(self.api.tags.get(TAG)["tag"]["resources"]["count"], 0)

    def test_05_vpc(self):
        vpc = self.api.vpcs.create({"name": "pydo", "region": REGION, "ip_range": "10.78.0.0/24"})["vpc"]
        self.assertEqual(vpc["ip_range"], "10.78.0.0/24")
        described = self.api.vpcs.patch(vpc["id"], {"description": "of pydo"})["vpc"]
        self.assertEqual((described["name"], described["description"]), ("pydo", "of pydo"))
        self.assertEqual(self.api.vpcs.get(vpc["id"])["vpc"], described)
        self.assertEqual(len([one for one in pages("vpcs", self.api.vpcs.list, 5) if not one["default"]]), 1)
        self.made["vpc"] = vpc
