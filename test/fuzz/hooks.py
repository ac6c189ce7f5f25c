"""Hooks of schemathesis: most of the time, requests are for what is there, or all answers would be a 404.

What is there is looked up now and then, as requests remove it. PAPER_URL and PAPER_AUTHORIZATION say where.
"""

import json
import os
import urllib.request
import zlib

import schemathesis

# By the name of the parameter: the listing, its name in the answer, and the field.
LISTINGS = {
    "droplet_id": ("droplets", "droplets", "id"),
    "domain_name": ("domains", "domains", "name"),
    "domain_record_id": ("domains/kept.example/records", "domain_records", "id"),
    "firewall_id": ("firewalls", "firewalls", "id"),
    "reserved_ip": ("reserved_ips", "reserved_ips", "ip"),
    "reserved_ipv6": ("reserved_ipv6", "reserved_ipv6s", "ip"),
    "ssh_key_identifier": ("account/keys", "ssh_keys", "id"),
    "project_id": ("projects", "projects", "id"),
    "vpc_id": ("vpcs", "vpcs", "id"),
    "tag_id": ("tags", "tags", "name"),
    "volume_id": ("volumes", "volumes", "id"),
    "snapshot_id": ("snapshots", "snapshots", "id"),
    "image_id": ("images", "images", "id"),
    "action_id": ("actions", "actions", "id"),
}
DROPLET = {"region": "fra1", "size": "s-1vcpu-1gb", "image": "debian-13-x64"}
LOOK_AGAIN = 40

known = {}
asked = {}
calls = 0


def look_up(name):
    asked[name] = asked.get(name, -1) + 1
    if asked[name] % LOOK_AGAIN == 0:
        path, key, field = LISTINGS[name]
        request = urllib.request.Request(
            f"{os.environ['PAPER_URL']}/v2/{path}?per_page=5",
            headers={"authorization": os.environ["PAPER_AUTHORIZATION"]},
        )
        try:
            with urllib.request.urlopen(request, timeout=5) as response:
                known[name] = [item[field] for item in json.load(response)[key]]
        except OSError:
            known[name] = []
    return known[name]


def chosen(name, drawn):
    """Three of four times one that is there; which one follows from what was drawn, so that it is the same again."""
    roll = zlib.crc32(repr(drawn).encode())
    values = look_up(name)
    return values[roll // 4 % len(values)] if roll % 4 and values else drawn


@schemathesis.hook
def map_path_parameters(ctx, path_parameters):
    return {
        name: chosen(name, value) if name in LISTINGS else value for name, value in (path_parameters or {}).items()
    }


@schemathesis.hook
def map_body(ctx, body):
    """Bodies with a size are droplets; half of them are ones that can be had."""
    if isinstance(body, dict) and "size" in body and "image" in body and zlib.crc32(repr(body).encode()) % 2:
        return {**body, **DROPLET}
    return body
