"""Droplets and what is done to them."""

from client import IMAGE, REGION, SIZE, TAG, pages, wait_for_action


class DropletSteps:
    def act(self, droplet, **body):
        return wait_for_action(self.api, self.api.droplet_actions.post(droplet, body=body))

    def test_06_droplets_boot(self):
        common = {"region": REGION, "size": SIZE, "image": IMAGE, "tags": [TAG], "vpc_uuid": self.made["vpc"]["id"]}
        wanted = {
            **common,
            "name": "first",
            "ssh_keys": [self.made["key"]["id"]],
            "ipv6": True,
            "monitoring": True,
            "user_data": "#cloud-config\n",
        }
        one = self.api.droplets.create(wanted)
        self.assertEqual(one["droplet"]["status"], "new")
        two = self.api.droplets.create({**common, "names": ["second", "third"]})
        for link in one["links"]["actions"] + two["links"]["actions"]:
            wait_for_action(self.api, {"action": link})
        self.made["droplets"] = [one["droplet"]["id"], *(droplet["id"] for droplet in two["droplets"])]
        droplet = self.api.droplets.get(self.made["droplets"][0])["droplet"]
        self.assertEqual((droplet["status"], droplet["vpc_uuid"]), ("active", self.made["vpc"]["id"]))
        self.assertLessEqual({"ipv6", "monitoring", "private_networking"}, set(droplet["features"]))
        self.assertEqual(sorted(net["type"] for net in droplet["networks"]["v4"]), ["private", "public"])
        self.assertEqual(len(droplet["networks"]["v6"]), 1)

    def test_07_droplet_pages(self):
        self.assertEqual(len(pages("droplets", self.api.droplets.list, 1)), 3)
        tagged = pages("droplets", lambda **page: self.api.droplets.list(tag_name=TAG, **page), 2)
        self.assertEqual(sorted(one["id"] for one in tagged), sorted(self.made["droplets"]))
        named = self.api.droplets.list(name="second")["droplets"]
        self.assertEqual([one["id"] for one in named], [self.made["droplets"][1]])
        vpc = self.made["vpc"]["id"]
        self.assertEqual(len(pages("members", lambda **page: self.api.vpcs.list_members(vpc, **page), 1)), 3)

    def test_08_tagging(self):
        self.api.tags.create({"name": "extra"})
        resources = {"resources": [{"resource_id": str(self.made["droplets"][0]), "resource_type": "droplet"}]}
        self.api.tags.assign_resources("extra", resources)
        self.assertEqual(self.api.tags.get("extra")["tag"]["resources"]["droplets"]["count"], 1)
        self.api.tags.unassign_resources("extra", resources)
        self.api.tags.delete("extra")

    def test_09_droplet_actions(self):
        first, second, _ = self.made["droplets"]
        look = lambda: self.api.droplets.get(first)["droplet"]
        self.act(first, type="power_off")
        self.assertEqual(look()["status"], "off")
        self.act(first, type="rename", name="renamed")
        self.act(first, type="resize", size="s-1vcpu-2gb", disk=False)
        self.assertEqual((look()["name"], look()["size_slug"], look()["disk"]), ("renamed", "s-1vcpu-2gb", 25))
        for kind in ("power_on", "reboot", "shutdown", "power_on", "power_cycle", "password_reset"):
            self.act(first, type=kind)
        self.act(second, type="rebuild", image=IMAGE)
        self.act(second, type="enable_ipv6")
        self.act(second, type="enable_backups")
        self.assertIn("backups", self.api.droplets.get(second)["droplet"]["features"])
        self.act(second, type="disable_backups")
        for action in self.api.droplet_actions.post_by_tag({"type": "power_cycle"}, tag_name=TAG)["actions"]:
            wait_for_action(self.api, {"action": action})
        seen = pages("actions", lambda **page: self.api.droplet_actions.list(first, **page), 3)
        self.assertEqual(len(seen), 11)
        self.assertEqual(self.api.droplet_actions.get(first, seen[-1]["id"])["action"]["type"], "create")

    def test_10_droplet_snapshot(self):
        first, _, third = self.made["droplets"]
        self.act(first, type="snapshot", name="pydo-droplet")
        (snapshot,) = self.api.droplets.list_snapshots(first)["snapshots"]
        self.assertIn(snapshot["id"], self.api.droplets.get(first)["droplet"]["snapshot_ids"])
        (listed,) = self.api.snapshots.list(resource_type="droplet")["snapshots"]
        self.assertEqual((listed["id"], listed["resource_id"]), (str(snapshot["id"]), str(first)))
        self.assertEqual(self.api.snapshots.get(listed["id"])["snapshot"]["name"], "pydo-droplet")
        (image,) = self.api.images.list(private=True)["images"]
        renamed = self.api.images.update(image["id"], {"name": "pydo-image"})["image"]
        self.assertEqual((renamed["name"], renamed["type"]), ("pydo-image", "snapshot"))
        self.act(third, type="rebuild", image=image["id"])
        self.assertEqual(self.api.droplets.get(third)["droplet"]["image"]["id"], image["id"])
        self.made["snapshot"] = listed["id"]
