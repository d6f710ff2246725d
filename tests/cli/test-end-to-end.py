# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line with the real engine on the Vulkan device that is there, and the bundled model.

usage: test-end-to-end.py PROGRAM MODEL TINY-DECODER
"""
import json
import os
import shutil
import signal
import struct
import subprocess
import sys

import program
import tap

PROGRAM, MODEL, TINY = sys.argv[1:]
SMALL = ['--width', '64', '--height', '64', '--steps', '3', '--seed', '5']


def cli(*args, **options):
    return program.run(PROGRAM, *args, **options)


def draw(path, *args, prompt='a red boat on a calm sea', **options):
    """Makes one small picture. Later options win over the usual ones."""
    result = cli('generate', '--prompt', prompt, *SMALL, '--output', path, *args, cwd=path.parent,
                 **options)
    assert result.status == 0, result
    return program.read_png(path) if path.exists() else None


def pixels(path, *args, **options):
    return draw(path, *args, **options)[2]


def assert_refused(folder, model, *words):
    """The model is refused with one sentence and nothing is written."""
    picture = folder / 'picture.png'
    result = cli('generate', '--quiet', '--prompt', 'a', *SMALL, '--model', model, '-o', picture)
    program.assert_error(result, 1, *words)
    assert not picture.exists()


def test_same_seed_same_picture(folder):
    first = pixels(folder / 'a.png')
    assert pixels(folder / 'b.png') == first
    assert len(set(first)) > 16, 'the picture is flat'
    assert pixels(folder / 'c.png', '--seed', '6') != first


def test_every_setting_counts(folder):
    first = pixels(folder / 'a.png')
    for change in [['--cfg', '1'], ['--rng', 'cpu'], ['--negative', 'a green hill'],
                   ['--steps', '4'], ['--sampler', 'Euler a'], ['--sampler', 'DDIM'],
                   ['--schedule', 'Karras', '--sampler', 'Euler'], ['--prompt', 'a yellow house']]:
        assert pixels(folder / 'b.png', *change) != first, change


def test_names_in_any_case(folder):
    text = draw(folder / 'a.png', '--sampler', 'EULER a', '--schedule', 'karras')[3]['parameters']
    assert 'Sampler: Euler a, Schedule type: Karras,' in text, text
    text = draw(folder / 'a.png', '--sampler', 'ddim', '--schedule', 'automatic')[3]['parameters']
    assert 'Sampler: DDIM,' in text and 'Schedule type' not in text, text


def test_unknown_names(folder):
    for option, bad, choices in [('--sampler', 'Zigzag', ': DPM++ 2M, '),
                                 ('--schedule', 'odd', ': Automatic, ')]:
        result = cli('generate', '--prompt', 'a', option, bad, cwd=folder)
        program.assert_error(result, 2, f'“{bad}”', choices)
    assert not list(folder.iterdir())


def test_tiny_decoder(folder):
    first = pixels(folder / 'a.png')
    width, height, other, text = draw(folder / 'b.png', '--tiny-decoder', TINY)
    assert (width, height) == (64, 64) and other != first
    assert 'Tiny decoder: tiny' in text['parameters'], text
    assert pixels(folder / 'c.png') == first
    for bad, word in [(MODEL + '/vae', 'AutoencoderTiny'), (folder / 'none', '“')]:
        result = cli('generate', '-q', '--prompt', 'a', *SMALL, '--tiny-decoder', bad, cwd=folder)
        program.assert_error(result, 1, word)


def test_batch_is_its_single_pictures(folder):
    draw(folder / 'batch.png', '--batch', '2')
    for i in (1, 2):
        single = pixels(folder / 'single.png', '--seed', str(4 + i))
        assert program.read_png(folder / f'batch-{i}.png')[2] == single, i


def test_prompts_are_their_single_pictures(folder):
    prompts = ['a red boat', 'a boat, ' * 60, 'a yellow house']
    (folder / 'list.txt').write_text('\n'.join(prompts))
    result = cli('generate', '--prompts', folder / 'list.txt', *SMALL, '-o', folder / 'many')
    assert result.status == 0, result
    for i, prompt in enumerate(prompts, 1):
        single = pixels(folder / 'single.png', prompt=prompt)
        assert program.read_png(folder / f'many/{i:04}.png')[2] == single, i


def test_unknown_words(folder):
    for prompt in ['a red boat on a calm sea at sunset', 'A BOAT, (house:1.2)']:
        result = cli('generate', '--prompt', prompt, *SMALL, '-o', folder / 'a.png')
        assert result.status == 0 and 'does not know' not in result.err, result
    result = cli('generate', '--prompt', 'a dragon', *SMALL, '-o', folder / 'a.png')
    assert 'This model does not know “dragon”.\n' in result.err, result


def test_size_and_settings(folder):
    width, height, _, text = draw(folder / 'a.png', '--width', '96', '--negative', 'rain, fog')
    assert (width, height) == (96, 64)
    lines = text['parameters'].split('\n')
    assert lines[:2] == ['a red boat on a calm sea', 'Negative prompt: rain, fog'], lines
    for part in ['Steps: 3', 'Seed: 5', 'Size: 96x64', 'Sampler: ', 'CFG scale: ']:
        assert part in lines[2], lines


def test_a_preview_for_each_step(folder):
    draw(folder / 'a.png', '--steps', '5', '--preview-dir', folder / 'steps')
    names = sorted(p.name for p in (folder / 'steps').iterdir())
    assert names == [f'step-{i:02}.png' for i in range(1, 6)], names
    previews = [program.read_png(folder / 'steps' / name) for name in names]
    assert all(p[:2] == (8, 8) for p in previews)
    assert len({p[2] for p in previews}) == 5, 'two steps look the same'


def test_previews_change_nothing(folder):
    assert pixels(folder / 'a.png') == pixels(folder / 'b.png', '--preview-dir', folder / 'steps')


def test_odd_prompts(folder):
    for prompt in ['boat, ' * 300, '(((((', 'größer ☃ 船', '\x01\x7f', '<|endoftext|>']:
        assert pixels(folder / 'a.png', prompt=prompt)


def test_memory_limit(folder):
    result = cli('generate', '--prompt', 'a', '--memory-limit', '1', '-q', cwd=folder)
    program.assert_error(result, 1, 'memory')
    assert list(folder.iterdir()) == []


def test_picture_in_strips(folder):
    """With less memory it takes longer, and says so; the picture is the same."""
    size = ['--width', '256', '--height', '256', '--steps', '1']
    whole = pixels(folder / 'a.png', *size)
    result = cli('generate', '--prompt', 'a red boat on a calm sea', *SMALL, *size,
                 '--memory-limit', '40', '-o', folder / 'b.png')
    assert 'decoding in strips, as memory is short' in result.err, result
    assert program.read_png(folder / 'b.png')[2] == whole


def test_largest_picture_in_little_memory(folder):
    result = cli('generate', '--prompt', 'a', '--steps', '1', '--width', '4096', '--height', '4096',
                 '--memory-limit', '200', '--quiet', cwd=folder)
    program.assert_error(result, 1, 'smaller size')


def test_odd_sizes(folder):
    for size in ['100', '4']:
        result = cli('generate', '--prompt', 'a', '--width', size, cwd=folder)
        program.assert_error(result, 2)


def test_no_device(folder):
    nowhere = {'VK_DRIVER_FILES': '/nonexistent', 'VK_ICD_FILENAMES': '/nonexistent'}
    for command in (['devices'], ['generate', '--quiet', '--prompt', 'a'], ['probe']):
        program.assert_error(cli(*command, cwd=folder, **nowhere), 1, 'Vulkan')
    result = cli('generate', '--quiet', '--prompt', 'a', '--device', '99', cwd=folder)
    program.assert_error(result, 1, '99')
    assert list(folder.iterdir()) == []


def test_devices_and_probe(folder):
    result = cli('devices')
    assert result.status == 0 and result.out.startswith('0  ') and 'memory' in result.out, result
    result = cli('probe')
    assert result.status == 0 and result.out.strip() and result.err == '', result


def test_info(folder):
    result = cli('info', MODEL)
    assert result.status == 0 and result.err == '', result
    assert 'Stable Diffusion 1' in result.out, result


def part_of(model, part):
    return next((model / part).glob('*.safetensors'))


def test_model_files_that_are_none(folder):
    (folder / 'empty').mkdir()
    (folder / 'other').mkdir()
    (folder / 'other/notes.txt').write_text('nothing')
    contents = {
        'empty.safetensors': b'',
        'short.safetensors': b'\x08\0\0',
        'page.safetensors': b'<!DOCTYPE html><html><body>Log in to download</body></html>' * 50,
        'picture.safetensors': b'\x89PNG\r\n\x1a\n' + bytes(100),
        'pickle.ckpt': b'PK\x03\x04' + bytes(100),
        'pointer.safetensors': b'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n',
        'long.safetensors': struct.pack('<Q', 1 << 60) + b'{}',
        'deep.safetensors': struct.pack('<Q', 200000) + b'[' * 200000,
        'lying.safetensors': lying(),
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    for name in [*contents, 'empty', 'other', 'absent.safetensors']:
        program.assert_error(cli('info', folder / name), 1)
    for name in ['page.safetensors', 'lying.safetensors', 'other', 'absent.safetensors']:
        assert_refused(folder, folder / name)


def lying():
    """A tensor that would lie behind the file's end."""
    header = json.dumps({'model.diffusion_model.out.2.weight': {
        'dtype': 'F32', 'shape': [4, 320, 3, 3], 'data_offsets': [0, 4 * 320 * 9 * 4]}}).encode()
    return struct.pack('<Q', len(header)) + header + bytes(16)


def copy_of_model(folder):
    model = folder / 'model'
    shutil.rmtree(model, ignore_errors=True)
    shutil.copytree(MODEL, model)
    return model


def test_truncated_parts(folder):
    for part in ['unet', 'vae', 'text_encoder']:
        model = copy_of_model(folder)
        file = part_of(model, part)
        os.truncate(file, file.stat().st_size // 2)
        assert_refused(folder, model)


def test_missing_parts(folder):
    for part in ['unet', 'vae', 'text_encoder']:
        model = copy_of_model(folder)
        shutil.rmtree(model / part)
        assert_refused(folder, model)


def test_missing_tensor(folder):
    model = copy_of_model(folder)
    file = part_of(model, 'unet')
    data = file.read_bytes()
    size = struct.unpack('<Q', data[:8])[0]
    header = json.loads(data[8:8 + size])
    del header['conv_out.bias']
    text = json.dumps(header, separators=(',', ':')).encode().ljust(size)
    file.write_bytes(data[:8] + text + data[8 + size:])
    assert_refused(folder, model, 'conv_out.bias')


def test_bench(folder):
    """Every part of a small model, with the work that its sizes say."""
    made = subprocess.run([PROGRAM, 'bench', '--model', MODEL, '--only', 'text,unet,vae,picture',
                           '--size', '64', '--steps', '2', '--quick', '--profile', '--json',
                           folder / 'b.json'], capture_output=True, encoding='utf-8')
    assert made.returncode == 0 and made.stderr == '', made
    rows = json.loads((folder / 'b.json').read_text())['rows']
    product = rows[0]
    assert product['name'] == 'matmul' and abs(product['gflop'] - 2 * 1024 ** 3 / 1e9) < 1e-6
    assert product['bytes'] == 1024 * 1024 * (4 + 2 + 4), product
    assert [round(row['share'], 9) for row in rows if row['part'] == 'floor'] == [1, 1], rows
    memory = {row['name']: row['bytes'] for row in rows if row['part'] == 'memory'}
    planned = memory['whole picture, planned']
    assert planned > memory['weights'] + memory['decoder'], memory
    assert planned <= memory['whole picture, at most'] < 1.02 * planned + 2 ** 20, memory
    assert {row['part'] for row in rows} == {
        'floor', 'text', 'unet', 'unet-nodes', 'unet-kinds', 'vae', 'vae-nodes', 'vae-kinds',
        'picture', 'memory'}
    one, two = [row for row in rows if row['part'] == 'unet']
    assert 1.9 < two['gflop'] / one['gflop'] <= 2.01, (one, two)
    kinds = [row for row in rows if row['part'] == 'unet-kinds']
    nodes = [row for row in rows if row['part'] == 'unet-nodes']
    for total in [kinds, nodes]:
        assert abs(sum(row['gflop'] for row in total) - two['gflop']) < 1e-6
    assert sum(row['count'] for row in kinds) == sum(row['count'] for row in nodes)
    assert all(row['seconds'] > 0 for row in rows if row['part'] in ('unet', 'vae', 'picture'))


def test_bench_operations(folder):
    """Those that are asked for, of stride 2 and at odd places too."""
    out = cli('bench', '--only', 'ops', '--quick', '--match', 'to a half').out
    assert 'conv2d to a half' in out and '2 × 64² × 320 → 320' in out, out
    assert 'attention' not in out, out
    out = cli('bench', '--only', 'ops', '--quick', '--match', 'nothing of this kind').out
    assert 'Single operations' not in out, out


def test_stop_and_go_on(folder):
    process = subprocess.Popen([PROGRAM, 'generate', '--prompt', 'a boat', *SMALL, '--steps',
                                '1000', '-o', folder / 'never.png'],
                               stderr=subprocess.PIPE, encoding='utf-8')
    lines = []
    for line in process.stderr:
        lines.append(line)
        if line.startswith('step '):
            break
    assert lines and lines[-1].startswith('step '), lines
    process.send_signal(signal.SIGINT)
    err = process.communicate(timeout=120)[1]
    assert process.returncode == 1, (process.returncode, err)
    assert err.endswith('sfumato-cli: Stopped before everything was finished.\n'), err
    assert list(folder.iterdir()) == []
    assert pixels(folder / 'a.png')


tap.run_all(globals())
