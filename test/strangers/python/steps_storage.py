"""Volumes and their snapshots."""

from client import REGION, TAG, pages, wait_for_action


class StorageSteps:
    def test_11_volume(self):
        wanted = {"name": "pydo", "size_gigabytes": 1, "region": REGION, "filesystem_type": "ext4", "tags": [TAG]}
        volume = self.api.volumes.create(wanted)["volume"]["id"]
        droplet = self.made["droplets"][0]
        act = lambda **body: wait_for_action(self.api, self.api.volume_actions.post_by_id(volume, body))
        look = lambda: self.api.volumes.get(volume)["volume"]
        self.assertEqual(act(type="attach", droplet_id=droplet)["type"], "attach_volume")
        self.assertEqual(look()["droplet_ids"], [droplet])
        self.assertIn(volume, self.api.droplets.get(droplet)["droplet"]["volume_ids"])
        act(type="resize", size_gigabytes=2, region=REGION)
        act(type="detach", droplet_id=droplet)
        self.assertEqual((look()["droplet_ids"], look()["size_gigabytes"]), ([], 2))
        by_name = {"type": "attach", "volume_name": "pydo", "region": REGION, "droplet_id": droplet}
        wait_for_action(self.api, self.api.volume_actions.post(by_name))
        wait_for_action(self.api, self.api.volume_actions.post({**by_name, "type": "detach"}))
        self.assertEqual([one["id"] for one in self.api.volumes.list(name="pydo", region=REGION)["volumes"]], [volume])
        actions = pages("actions", lambda **page: self.api.volume_actions.list(volume, **page), 2)
        self.assertEqual(self.api.volume_actions.get(volume, actions[0]["id"])["action"], actions[0])
        self.made["volume"] = volume

    def test_12_volume_snapshot(self):
        volume = self.made["volume"]
        snapshot = self.api.volume_snapshots.create(volume, {"name": "pydo-volume"})["snapshot"]
        self.assertEqual((snapshot["resource_type"], snapshot["resource_id"]), ("volume", volume))
        listed = pages("snapshots", lambda **page: self.api.volume_snapshots.list(volume, **page), 1)
        self.assertEqual([one["id"] for one in listed], [snapshot["id"]])
        self.assertEqual(self.api.volume_snapshots.get_by_id(snapshot["id"])["snapshot"]["name"], "pydo-volume")
        wanted = {"name": "pydo-copy", "size_gigabytes": 3, "snapshot_id": snapshot["id"], "region": REGION}
        copied = self.api.volumes.create(wanted)["volume"]
        # Its size is the snapshot's: the one that was given does not apply.
        self.assertEqual(copied["size_gigabytes"], 2)
        self.api.volumes.delete(copied["id"])
        self.made["volume_snapshot"] = snapshot["id"]
