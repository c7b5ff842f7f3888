#!/usr/bin/python3
"""Shows again what one cycle found, from the journal that a failed test has kept."""

import argparse
import asyncio
import json
import pathlib

import model
import power_cut


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('folder', type=pathlib.Path, help='with `journal` and `start.json`')
    parser.add_argument('--seed', required=True, help='as the test printed it')
    parser.add_argument('--cycle', type=int, required=True)
    parser.add_argument('--image', type=pathlib.Path, help='a folder to put the crash image into')
    arguments = parser.parse_args()
    records = model.read_journal(arguments.folder / 'journal')[0]
    plan = power_cut.Plan(arguments.seed, range(arguments.cycle, arguments.cycle + 1), start_every=1)
    tree = json.loads((arguments.folder / 'start.json').read_text())
    findings = asyncio.run(power_cut.examine(records, model.Disk(tree), plan))
    for _, text in findings.problems:
        print(text)
    if arguments.image:
        disk, [(moment, cycle, policy)] = model.Disk(tree), power_cut.moments(records, plan)
        for record in records[:moment]:
            disk.apply(record)
        model.write_image(power_cut.image_of(disk, plan, cycle, policy), arguments.image)
    return 1 if findings.problems else 0


if __name__ == '__main__':
    raise SystemExit(main())
