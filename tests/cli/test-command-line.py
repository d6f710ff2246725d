# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line with a fake engine: options, files, statuses, sentences.

usage: test-command-line.py PROGRAM
"""
import contextlib
import json
import os
import pty
import signal
import subprocess
import sys

import program
import tap

PROGRAM = sys.argv[1]


def cli(*args, **options):
    return program.run(PROGRAM, *args, **options)


def generate(folder, *args, **options):
    return cli('generate', '--prompt', 'a boat', *args, cwd=folder, **options)


def files(folder):
    return sorted(p.name for p in folder.iterdir())


def test_no_command(folder):
    program.assert_error(cli(), 2, '--help')


def test_unknown_command(folder):
    program.assert_error(cli('draw'), 2, 'draw', 'generate, devices, info, probe, bench')


def test_help(folder):
    top = cli('--help')
    assert top.status == 0 and top.err == '', top
    for name in ['generate', 'devices', 'info', 'probe', 'bench', 'version']:
        assert name in top.out
        of_command = cli(name, '--help')
        assert of_command.status == 0 and of_command.err == '', of_command
        assert f'sfumato-cli {name} [OPTION' in of_command.out, of_command


def test_help_has_examples(folder):
    text = cli('generate', '--help').out
    for option in ['prompt', 'negative', 'model', 'width', 'height', 'steps', 'cfg', 'sampler',
                   'schedule', 'seed', 'rng', 'batch', 'output', 'preview-dir', 'device',
                   'memory-limit', 'quiet', 'prompts', 'cache-interval', 'token-merging',
                   'tiny-decoder']:
        assert f'--{option}' in text, option
    assert 'sfumato-cli generate --prompt "a red boat' in text
    assert 'Stripes, Stripes a\n' in text and 'Automatic, Even\n' in text


def test_bench(folder):
    result = cli('bench', '--only', 'unet,vae', '--size', '128', '--steps', '3', '--quick',
                 '--match', '→ 320', '--json', folder / 'b.json')
    assert result.status == 0 and result.err == '', result
    assert 'Striped device' in result.out and 'memory of weights, all: 1 MiB' in result.out
    assert '10.0 GB/s' in result.out and ' 50 %' in result.out, result.out
    assert 'What the device reaches    ' in result.out and 'of the floor\n' in result.out
    assert '40.0 % of the network' in result.out, result.out
    kept = json.loads((folder / 'b.json').read_text())
    assert kept['device'] == 'Striped device' and kept['cores'] >= 1
    first = kept['rows'][0]
    assert first['shape'] == 'size 128, steps 3, parts 12, quick, match → 320', first
    assert (first['part'], first['seconds'], first['gflop']) == ('floor', 0.5, 100)
    assert len(kept['rows']) == 5 and kept['rows'][4]['shape'] == ''


def test_bench_tables(folder):
    out = cli('bench', '--markdown', '--profile').out
    assert '\n**What the device reaches**\n\n| | size | times |' in out, out
    assert '| copy | size 0, steps 20, parts 31, profile | 1 | 100.00 | 10.0 GB/s | 50 % |' in out


def test_bench_counts_the_cores_that_it_has(folder):
    every = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(every)})
    try:
        out = cli('bench').out
    finally:
        os.sched_setaffinity(0, every)
    assert ', 1 core\n' in out, out


def test_bench_makes_no_sense(folder):
    for args, word in [(['--only', 'ops,cats'], 'cats'), (['--size', '100'], '100'),
                       (['--steps', '0'], 'whole number'), (['--device', 'x'], 'whole number')]:
        program.assert_error(cli('bench', *args), 2, word)


def test_bench_fails(folder):
    result = cli('bench', SFUMATO_FAKE='memory')
    assert result.status == 1 and 'sfumato-cli: There is no memory' in result.err, result
    program.assert_error(cli('bench', SFUMATO_FAKE='no-device'), 1, 'no Vulkan device')
    result = cli('bench', '--json', folder / 'part.json', SFUMATO_FAKE='late')
    assert result.status == 1 and 'There is no memory for the rest' in result.err, result
    assert len(json.loads((folder / 'part.json').read_text())['rows']) == 2
    # Minutes before there is anything to write.
    for bad, word in [(folder / 'no' / 'b.json', '/no”'), (folder, 'is a folder'), ('', '“”')]:
        result = cli('bench', '--json', bad)
        program.assert_error(result, 1, word)
        assert result.out == '', result


def test_version(folder):
    assert cli('--version').out == cli('version').out
    assert cli('version').out.startswith('sfumato-cli 0.')


def test_unknown_option(folder):
    program.assert_error(generate(folder, '--frobnicate'), 2, '--frobnicate', '--help')


def test_stray_argument(folder):
    program.assert_error(cli('generate', '--prompt', 'a', 'red', 'boat'), 2, '“red”', 'quotes')
    program.assert_error(cli('devices', 'all'), 2, '“all”')


def test_bad_numbers(folder):
    for option, bad in [('--steps', '0'), ('--steps', 'ten'), ('--steps', '1001'),
                        ('--steps', '-5'), ('--steps', '3.5'), ('--steps', ''),
                        ('--width', '5000'), ('--height', '0'), ('--height', '99999999999999999999'),
                        ('--seed', '-2'), ('--seed', '0x10'), ('--batch', '65'),
                        ('--cfg', 'nan'), ('--cfg', '0.5'), ('--cfg', '31'), ('--cfg', '7x'),
                        ('--device', '-1'), ('--memory-limit', '0'), ('--cache-interval', '0'),
                        ('--cache-interval', '11'), ('--token-merging', '-0.1'), ('--token-merging', '0.8'),
                        ('--token-merging', 'half')]:
        program.assert_error(generate(folder, option, bad), 2, option, f'“{bad}”')
    program.assert_error(cli('probe', '--device', 'x'), 2, '--device')
    assert files(folder) == []


def test_size_not_multiple_of_8(folder):
    program.assert_error(generate(folder, '--width', '100'), 2, '8')


def test_unknown_noise(folder):
    program.assert_error(generate(folder, '--rng', 'dice'), 2, 'dice', 'gpu, cpu')


def test_no_prompt(folder):
    program.assert_error(cli('generate', '--steps', '3', cwd=folder), 2, '--prompt is missing')
    for empty in ['', '  \n']:
        program.assert_error(cli('generate', '--prompt', empty, cwd=folder), 2, 'prompt is empty')
    assert files(folder) == []


def test_prompt_not_utf8(folder):
    program.assert_error(cli('generate', '--prompt', b'\xff\xfe', LC_ALL='C.UTF-8'), 2, 'UTF-8')


def test_default_output(folder):
    result = generate(folder, '--seed', '42')
    assert result.status == 0 and result.out == 'sfumato-42.png\n', result
    assert generate(folder, '--seed', '42').out == 'sfumato-42-2.png\n'
    assert generate(folder, '--seed', '42', '--batch', '2').status == 0
    assert files(folder) == ['sfumato-42-2.png', 'sfumato-42-3.png', 'sfumato-42.png',
                             'sfumato-43.png']


def test_random_seed_is_told(folder):
    name = generate(folder).out.strip()
    seed = name.removeprefix('sfumato-').removesuffix('.png')
    assert seed.isdigit() and files(folder) == [name]


def test_output_is_replaced(folder):
    (folder / 'boat.png').write_text('old')
    assert generate(folder, '--output', 'boat.png').out == 'boat.png\n'
    assert program.read_png(folder / 'boat.png')[:2] == (64, 64)
    assert files(folder) == ['boat.png']


def test_batch_names(folder):
    result = generate(folder, '--batch', '3', '--seed', '5', '--output', folder / 'a.b/../boat.png')
    assert result.status == 1, result
    result = generate(folder, '--batch', '3', '--seed', '5', '-o', folder / 'boat.png')
    assert result.out.split() == [f'{folder}/boat-{i}.png' for i in (1, 2, 3)], result
    pixels = [program.read_png(folder / f'boat-{i}.png')[2] for i in (1, 2, 3)]
    assert len(set(pixels)) == 3
    (folder / 'v1.5').mkdir()
    assert generate(folder, '--batch', '2', '-o', 'v1.5/boat').out == 'v1.5/boat-1\nv1.5/boat-2\n'


def test_request_reaches_engine(folder):
    result = cli('generate', '--prompt', 'ein Boot, größer', '--negative', 'Regen', '--steps', '7',
                 '--cfg', '2.5', '--sampler', 'stripes A', '--schedule', 'even', '--rng', 'CPU',
                 '--width', '24', '--height', '16', '--output', 'x.png', cwd=folder,
                 LC_ALL='C', LANG='')
    assert result.status == 0, result
    width, height, _, text = program.read_png(folder / 'x.png')
    assert (width, height) == (24, 16)
    assert text['parameters'] == (
        'ein Boot, größer\nNegative prompt: Regen\nSteps: 7, Sampler: stripes A, '
        'Schedule type: even, CFG scale: 2.5, RNG: CPU'), text


def test_unwritable_output(folder):
    (folder / 'folder').mkdir()
    (folder / 'file').touch()
    os.mkfifo(folder / 'pipe')
    before = files(folder)
    for bad, word in [('nowhere/boat.png', '“nowhere”'), ('folder', '“folder” is a folder'),
                      ('file/boat.png', '“file”'), ('pipe', '“pipe”'), ('folder/', '“folder/” names no file'),
                      ('', '“” names no file'), ('/proc/boat.png', '“/proc”'),
                      ('x' * 300 + '/boat.png', 'folder')]:
        # A fake that is slow would never come back: nothing may have been generated.
        result = generate(folder, '--output', bad, SFUMATO_FAKE='slow', timeout=30)
        program.assert_error(result, 1, word)
    assert files(folder) == before and files(folder / 'folder') == []


def test_batch_onto_a_folder(folder):
    (folder / 'boat-2.png').mkdir()
    program.assert_error(generate(folder, '--batch', '2', '-o', 'boat.png'), 1, 'boat-2.png')
    assert files(folder) == ['boat-2.png']


def test_other_format(folder):
    program.assert_error(generate(folder, '--output', 'boat.JPG'), 2, 'PNG', '.jpg')


def test_previews(folder):
    result = generate(folder, '--preview-dir', 'a/b', '--steps', '12', '-o', 'x.png')
    assert result.status == 0, result
    assert files(folder / 'a/b') == [f'step-{i:02}.png' for i in range(1, 13)]
    assert program.read_png(folder / 'a/b/step-03.png')[:2] == (8, 8)
    generate(folder, '--preview-dir', 'c', '--steps', '1', '--batch', '2', '-o', 'x.png')
    assert files(folder / 'c') == ['1-step-01.png', '2-step-01.png']


def test_preview_folder_unwritable(folder):
    (folder / 'file').touch()
    program.assert_error(generate(folder, '--preview-dir', 'file'), 1, '“file”')
    program.assert_error(generate(folder, '--preview-dir', '/proc/x'), 1, '“/proc/x”')
    assert files(folder) == ['file']


def many(folder, text, *args, **options):
    (folder / 'list.txt').write_text(text, encoding='utf-8', errors='surrogateescape')
    result = cli('generate', '--prompts', 'list.txt', *args, cwd=folder, **options)
    (folder / 'list.txt').unlink()
    return result


def prompt_of(path):
    return program.read_png(path)[3]['parameters'].split('\n')[:2]


def test_prompts(folder):
    result = many(folder, 'a red boat\r\n\n  größer \na [cat]\n', '--negative', 'rain', '-o', 'new/p',
                  '--seed', '7')
    assert result.status == 0, result
    assert result.out.split() == ['new/p/0001.png', 'new/p/0003.png', 'new/p/0004.png'], result
    assert result.err.count('seed 7') == 3 and 'picture 3/3' in result.err, result
    for name, prompt in [('0001', 'a red boat'), ('0003', 'größer'), ('0004', 'a [cat]')]:
        assert prompt_of(folder / f'new/p/{name}.png') == [prompt, 'Negative prompt: rain'], name
    assert files(folder) == ['new'] and len(files(folder / 'new/p')) == 3


def test_unknown_words(folder):
    sentence = 'This model does not know “dragon” and “fog”.\n'
    args = ['--prompt', 'a Red dragon', '--negative', 'boat, fog', '-o', 'x.png']
    result = cli('generate', *args, cwd=folder, SFUMATO_FAKE='words')
    assert result.status == 0 and result.err.count(sentence) == 1, result
    for more, fake in [(['--quiet'], 'words'), (['--prompt', 'a red boat', '--negative', ''], 'words'),
                       ([], 'none')]:
        err = cli('generate', *args, *more, cwd=folder, SFUMATO_FAKE=fake).err
        assert 'does not know' not in err, err
    err = many(folder, 'a\nrain\n', SFUMATO_FAKE='words').err
    assert 'Line 2: This model does not know “rain”.\n' in err and 'Line 1' not in err, err


def test_notice(folder):
    """Of the device: told once, unless nothing is to be told."""
    sentence = 'A card is not used, but stripes.\n'
    err = many(folder, 'a\nrain\n', SFUMATO_FAKE='notice').err
    assert err.count(sentence) == 1, err
    for more, fake in [(['--quiet'], 'notice'), ([], 'none')]:
        err = generate(folder, '-o', 'x.png', *more, SFUMATO_FAKE=fake).err
        assert sentence not in err, err


def test_prompts_as_json(folder):
    result = many(folder, '{"prompt": "a", "negative": "b", "seed": 9, "out": "x/y.png"}\n'
                          'plain\n{"prompt": "{c}"}\n', '--negative', 'n', '--batch', '2')
    assert result.status == 0, result
    assert result.out.split() == ['x/y-1.png', 'x/y-2.png', '0002-1.png', '0002-2.png',
                                  '0003-1.png', '0003-2.png'], result
    assert prompt_of(folder / 'x/y-1.png') == ['a', 'Negative prompt: b']
    assert prompt_of(folder / '0003-2.png') == ['{c}', 'Negative prompt: n']
    seeds = [line.split('seed ')[1].split(',')[0] for line in result.err.splitlines() if 'seed' in line]
    assert seeds[:2] == ['9', '10'] and len(set(seeds)) == 6, seeds


def test_prompts_with_a_byte_order_mark(folder):
    assert many(folder, '\ufeff{"prompt": "a"}\nb').status == 0
    assert prompt_of(folder / '0001.png')[0] == 'a'


def test_many_prompts_in_a_log(folder):
    result = many(folder, 'a\n' * 100, '--seed', '1', '-o', 'p')
    assert result.status == 0 and len(files(folder / 'p')) == 100, result
    assert len(result.err.splitlines()) < 220 and 'picture 100/100' in result.err, result
    assert many(folder, 'a\n' * 100, '-q', '-o', 'p').err == ''


def test_prompts_that_make_no_sense(folder):
    for text, words in [('', ['no prompt', '“list.txt”']), (' \n\n', ['no prompt']),
                        ('a\n{"prompt": 3}', ['line 2', '“prompt”']), ('a\n{', ['line 2', 'JSON']),
                        ('{"seed": 3}', ['line 1', '“prompt”']), ('\n[\n{]\n', ['line 3', 'JSON']),
                        ('{"prompt": "a", "steps": 3}', ['line 1', '“steps”', '“negative”']),
                        ('{"prompt": "a", "seed": -1}', ['“seed”']),
                        ('{"prompt": "a", "seed": 1.5}', ['“seed”']),
                        ('{"prompt": "a", "seed": 99999999999999999999}', ['“seed”']),
                        ('{"prompt": "a", "out": "b.jpg"}', ['.png']),
                        ('{"prompt": "a", "out": "b/"}', ['no file']),
                        ('{"prompt": "a", "out": "a\\u001b.png"}', ['control character']),
                        ('a\n{"prompt": "a", "out": "0001.png"}', ['line 2', 'Line 1', '0001.png']),
                        ('a\n\udcff\n', ['line 2', 'UTF-8']), ('a\n\0\nb', ['list.txt', 'zero bytes']),
                        ('{"prompt": "a", "out": "x.png"}\n{"prompt": "a", "out": "./y/../x.png"}',
                         ['line 2', 'Line 1', 'same file'])]:
        # A fake that is slow would never come back: nothing may have been generated.
        result = many(folder, text, SFUMATO_FAKE='slow', timeout=30)
        program.assert_error(result, 2, *words)
    for args, word in [(['--prompt', 'a'], '--prompt '), (['--preview-dir', 'x'], '--preview-dir')]:
        program.assert_error(many(folder, 'a', *args), 2, '--prompts', word)
    program.assert_error(cli('generate', '--prompts', 'none', cwd=folder), 2, 'none')
    program.assert_error(many(folder, 'a', '--width', '100'), 2, '8')
    assert files(folder) == []


def test_prompts_into_a_bad_place(folder):
    (folder / 'file').touch()
    (folder / '0002.png').mkdir()
    program.assert_error(many(folder, 'a', '-o', 'file'), 1, 'Line 1: ', '“file”')
    program.assert_error(many(folder, 'a\nb\n'), 1, 'Line 2: ', '0002.png')
    assert files(folder) == ['0002.png', 'file']


def test_prompts_that_fail(folder):
    program.assert_error(many(folder, 'a\nb', SFUMATO_FAKE='memory'), 1, 'Line 1: ', 'do not fit')
    result = many(folder, 'a\nlost\nb', '--quiet')
    program.assert_error(result, 1, 'Line 2: The stripes are lost.')
    assert files(folder) == ['0001.png']


def test_quiet(folder):
    result = generate(folder, '--quiet', '--output', 'x.png')
    assert (result.status, result.out, result.err) == (0, '', ''), result
    assert files(folder) == ['x.png']
    assert cli('probe', '-q').out == ''


def test_progress_in_a_log(folder):
    err = generate(folder, '--steps', '100').err
    assert '\r' not in err and '\033' not in err
    assert err.startswith('loading the model\nStripes, striped: a small model')
    assert 'step 100/100' in err and err.count('step ') <= 11, err


def read_all(terminal):
    """Everything up to its end, which a terminal tells by an error; one read may return a part."""
    parts = []
    with contextlib.suppress(OSError):
        while part := os.read(terminal, 65536):
            parts.append(part)
    return b''.join(parts)


def test_progress_on_a_terminal(folder):
    try:
        ours, theirs = pty.openpty()
    except OSError as error:
        raise tap.Skip('no pseudo-terminal') from error
    done = subprocess.run([PROGRAM, 'generate', '--prompt', 'a', '--steps', '9', '-o', 'x.png'],
                          cwd=folder, stderr=theirs, stdout=subprocess.PIPE, encoding='utf-8')
    os.close(theirs)
    text = read_all(ours).decode()
    os.close(ours)
    assert done.returncode == 0 and done.stdout == 'x.png\n'
    assert '\r\033[K[' in text and 'step 9/9' in text
    last = text.replace('\r\n', '\n').rsplit('\033[K', 1)[1]
    assert last == '' or last.startswith('64x64'), last


def test_engine_errors(folder):
    program.assert_error(generate(folder, '--model', 'none'), 1, '“none”')
    program.assert_error(generate(folder, SFUMATO_FAKE='memory'), 1, 'do not fit')
    assert files(folder) == []


def test_names_do_not_speak_to_the_terminal(folder):
    err = generate(folder, SFUMATO_FAKE='escapes').err
    assert '\n?[31mStr?i?pes?2J, striped: a small model' in err, repr(err)
    result = generate(folder, '--model', b'a\033]0;b\a\nc\x9bd\xc2\x9b')
    program.assert_error(result, 1, '“a?]0;b??c\N{REPLACEMENT CHARACTER}d?”')


def test_devices(folder):
    result = cli('devices')
    assert result.status == 0
    for word in ['0  Striped device (runs on the processor)', 'fake 1.0', '8.0', 'stripes, colours']:
        assert word in result.out, result
    program.assert_error(cli('devices', SFUMATO_FAKE='no-device'), 1, 'no Vulkan device')


def test_info(folder):
    assert cli('info', folder).out == 'Family: stripes\n'
    program.assert_error(cli('info', folder / 'none'), 1, 'no such model')
    program.assert_error(cli('info'), 2, 'MODEL is missing')


def test_probe(folder):
    assert cli('probe').out == 'stripes: good\n'
    program.assert_error(cli('probe', '--device', '7'), 1, 'no device 7')


def test_stop(folder):
    for kind in (signal.SIGINT, signal.SIGTERM):
        process = subprocess.Popen([PROGRAM, 'generate', '--prompt', 'a'], cwd=folder,
                                   env={**os.environ, 'SFUMATO_FAKE': 'slow'},
                                   stderr=subprocess.PIPE, encoding='utf-8')
        while 'step 0/9' not in process.stderr.readline():
            pass
        process.send_signal(kind)
        err = process.communicate(timeout=60)[1]
        assert process.returncode == 1, process.returncode
        assert err == 'sfumato-cli: Stopped before everything was finished.\n', err
    assert files(folder) == []


def test_output_disk_full(folder):
    if not os.path.exists('/dev/full'):
        raise tap.Skip('no /dev/full')
    with open('/dev/full', 'w') as full:
        done = subprocess.run([PROGRAM, 'devices'], stdout=full, stderr=subprocess.PIPE,
                              encoding='utf-8')
    assert done.returncode == 1 and done.stderr.startswith('sfumato-cli: '), done


tap.run_all(globals())
