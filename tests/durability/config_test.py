"""`chela config set` under power cuts and faults: the file is the old one or the new one, whole."""

import asyncio
import itertools
import json
import random

import faults
import gateway
import model
from suite import SEED, DurabilityTest

KEY, OLD, NEW = 'gateway.port', 18789, 19001
COMMENT = '// a comment of mine'


class ConfigSet(DurabilityTest):
    def watched(self, name):
        folder = self.folder / name
        folder.mkdir()
        watched = gateway.Watched(folder, sync_us_max=0)
        (watched.home / 'chela.json').write_text(f'{{{COMMENT}\n  "gateway": {{"port": {OLD}}}\n}}\n')
        watched.start.write_text(json.dumps(model.inodes_of(watched.home)))
        return watched

    def set_port(self, watched, home=None, path=None):
        async def run():
            environment = gateway.environment_of(home or watched.home, watched.environment)
            if path:
                environment['CHELA_HOME'] = str(path)
            process = await asyncio.create_subprocess_exec(
                gateway.PROGRAM, 'config', 'set', KEY, str(NEW), env=environment, cwd=watched.home,
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
            said, _ = await asyncio.wait_for(process.communicate(), gateway.DEADLINE_S)
            return process.returncode, said.decode(errors='replace')
        return self.run_async(run())

    def port_in(self, text):
        """Which of the two files it is; anything else is neither."""
        for port in (OLD, NEW):
            if text == f'{{{COMMENT}\n  "gateway": {{"port": {port}}}\n}}\n':
                return port
        self.fail(f'chela.json is neither the old nor the new file: {text!r}')
        return None

    def images(self, watched, records):
        disk = watched.new_disk()
        for position in range(len(records) + 1):
            if position:
                disk.apply(records[position - 1])
            for policy, again in itertools.product(model.POLICIES, range(4)):
                chance = random.Random(f'{SEED}/{position}/{policy}/{again}')
                yield position, disk.after_power_cut(policy, chance)

    def test_power_cut_at_every_moment(self):
        watched = self.watched('cut')
        self.assertEqual(self.set_port(watched)[0], 0)
        records, count = watched.records(), 0
        for position, image in self.images(watched, records):
            port = self.port_in(image['chela.json'].decode())
            count += 1
            if position == len(records):
                self.assertEqual(port, NEW, 'the command reported success and the power took it back')
        self.report(f'{count} power cuts')

    def test_a_home_that_is_made_for_it_stays(self):
        watched = self.watched('new')
        self.assertEqual(self.set_port(watched, path=watched.home / 'a' / 'b')[0], 0)
        disk = watched.new_disk()
        for record in watched.records():
            disk.apply(record)
        self.assertIn('a/b/chela.json', disk.after_power_cut('nothing', random.Random(0)))

    def test_a_home_that_a_killed_command_has_made_stays(self):
        """Killed at each operation, then run again and the power goes: that the folders are there already proves nothing."""
        left, reached = 1, True
        while reached:
            watched = self.watched(f'killed-{left}')
            watched.control.arm('kill', ('write', 'sync', 'name', 'truncate'), left)
            self.set_port(watched, path=watched.home / 'a' / 'b')
            reached = watched.control.hits > 0
            watched.control.disarm()
            code, said = self.set_port(watched, path=watched.home / 'a' / 'b')
            self.assertEqual(code, 0, said)
            disk = watched.new_disk()
            for record in watched.records():
                disk.apply(record)
            self.assertIn('a/b/chela.json', disk.after_power_cut('nothing', random.Random(0)), f'killed at operation {left}')
            left += 1
        self.report(f'{left - 1} kills')

    def test_notices_a_rename_that_is_never_synced(self):
        watched = self.watched('deceit')
        watched.control = model.Control(watched.control.path, ('folder-sync',))
        self.assertEqual(self.set_port(watched)[0], 0)
        ports = {self.port_in(image['chela.json'].decode()) for position, image in self.images(watched, watched.records())
                 if position == len(watched.records())}
        self.assertIn(OLD, ports)

    def test_faults_at_every_operation(self):
        count = 0
        for fault in faults.FAULTS:
            left, reached = 1, True
            while reached:
                watched = self.watched(f'{count}')
                fault.arm(watched, left)
                code, said = self.set_port(watched)
                reached = watched.control.hits > 0
                port = self.port_in((watched.home / 'chela.json').read_text())
                if code == 0:
                    self.assertEqual(port, NEW, f'{fault}, operation {left}')
                else:
                    self.assertIn('chela.json', said, f'{fault}, operation {left}: no reason')
                self.assertTrue(code == 0 or not fault.is_hidden, f'{fault}, operation {left}: {said}')
                leftovers = {path.name for path in watched.home.iterdir()} - {'chela.json'}
                self.assertEqual(leftovers, set(), f'{fault}, operation {left}')
                left, count = left + 1, count + 1
        self.report(f'{count} runs')
