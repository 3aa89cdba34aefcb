"""Generated values in every notation of `syntaxes.txt`: random ones, which are secrets, and words,
identifiers and paths, which are not. Both appear in the same notations under the same names, so that
the notation says nothing.
"""
import collections, os, random, re, string

HERE = os.path.dirname(os.path.abspath(__file__))
# Values of each label in each notation; lines of real files before and after them.
EACH, LINES = 20, 3
LARGEST = 200_000
ALPHABETS = dict(
    hex='0123456789abcdef', lower=string.ascii_lowercase + string.digits, mixed=string.ascii_letters + string.digits,
    base64=string.ascii_letters + string.digits + '+/', url=string.ascii_letters + string.digits + '-_',
    password=string.ascii_letters + string.digits + '!@#^*_+-=.')
LENGTHS = (16, 20, 24, 32, 32, 36, 40, 40, 48, 64)
PASSWORD_LENGTHS = (8, 10, 12, 12, 12, 14, 16, 20, 24, 32)
COMPOSED = .3  # of the passwords


def lines(file):
    with open(os.path.join(HERE, file), encoding='utf8') as text:
        return [line.rstrip('\n') for line in text if line.strip() and not line.startswith('#')]


def syntaxes():
    "[(extension, template)]"
    found = (line.split('\t', 1) for line in lines('syntaxes.txt'))
    return [(extension, template.replace('\\n', '\n').replace('\\t', '\t')) for extension, template in found]


def names():
    "[(kind, name)], a kind as often as any other."
    kinds = {line.split()[0]: line.split()[1:] for line in lines('names.txt')}
    most = max(map(len, kinds.values()))
    return [(kind, them[at % len(them)]) for kind, them in kinds.items() for at in range(most)]


def spellings(name):
    words = name.split('_')
    capitals = [word.capitalize() for word in words]
    return dict(UPPER=name.upper(), snake=name, kebab='-'.join(words), dotted='.'.join(words), words=' '.join(words),
                Pascal=''.join(capitals), camel=words[0] + ''.join(capitals[1:]), Header='-'.join(capitals))


def written(template, name, value):
    "(text, offset of the value)"
    text = re.sub(r'\{(UPPER|snake|kebab|dotted|words|Pascal|camel|Header)\}', lambda found: spellings(name)[found[1]], template)
    return text.replace('{v}', value), text.index('{v}')


def composed(chance):
    "A password as people and policies compose them: random letters, digits and punctuation in runs."
    runs = [chance.choice((string.ascii_lowercase, string.ascii_letters, string.ascii_letters, string.digits)) for _ in range(chance.randint(2, 4))]
    text = ''.join(chance.choice(run) for run in runs + [string.digits] for _ in range(chance.randint(2, 4)))
    return text[:14] + ''.join(chance.choice('!@#$%&*?.') for _ in range(chance.randint(0, 2)))


def secret(chance, kind):
    alphabet = chance.choice(list(ALPHABETS))
    if kind == 'password' and chance.random() < COMPOSED:
        return composed(chance)
    if kind == 'password':
        length = chance.choice(PASSWORD_LENGTHS)
    else:
        alphabet = 'mixed' if alphabet == 'password' else alphabet
        length = chance.choice(LENGTHS)
    ends = ALPHABETS['mixed'] if alphabet in ('base64', 'url', 'password') else ALPHABETS[alphabet]
    middle = ''.join(chance.choice(ALPHABETS[alphabet]) for _ in range(length - 2))
    value = chance.choice(ends) + middle + chance.choice(ends)
    if kind != 'password' and chance.random() < .1:
        value = chance.choice(('sk', 'prod', 'live', 'app', 'tok', 'svc')) + chance.choice('_-') + value
    return value


def harmless(chance, kind, words):
    "Something that programs, configurations and documents contain in place of a secret."
    some = lambda least, most: [chance.choice(words) for _ in range(chance.randint(least, most))]
    number = lambda: str(chance.choice((chance.randint(1, 9), chance.randint(10, 99), chance.randint(1990, 2026))))
    camel = lambda them: them[0] + ''.join(word.capitalize() for word in them[1:])
    pascal = lambda them: ''.join(word.capitalize() for word in them)
    forms = [
        lambda: camel(some(2, 4)), lambda: pascal(some(2, 4)), lambda: '_'.join(some(2, 4)),
        lambda: '_'.join(some(2, 4)).upper(), lambda: '-'.join(some(2, 4)), lambda: '.'.join(some(2, 4)),
        lambda: '.'.join(some(1, 3)) + '.' + pascal(some(1, 3)), lambda: '/'.join([''] + some(2, 4)),
        lambda: './' + '/'.join(some(1, 3)) + chance.choice(('.pem', '.key', '.json', '.txt', '.py', '.yml')),
        lambda: '-'.join(some(1, 2)) + chance.choice(('.pem', '.crt', '.jks', '.p12', '.properties', '.js')),
        lambda: 'https://%s.%s.com/%s' % (some(1, 1)[0], some(1, 1)[0], '/'.join(some(1, 2))),
        lambda: '%s@%s.org' % ('.'.join(some(1, 2)), ''.join(some(1, 2))),
        lambda: 'v%d.%d.%d' % (chance.randint(0, 20), chance.randint(0, 40), chance.randint(0, 9)),
        lambda: '%s-%d.%d.%d' % ('-'.join(some(1, 2)), chance.randint(0, 20), chance.randint(0, 40), chance.randint(0, 9)),
        lambda: ' '.join(some(3, 6)).capitalize(), lambda: ' '.join(some(2, 4)) + chance.choice((':', '!', '?', '.')),
        lambda: '-'.join(some(1, 2)) + '-' + number(), lambda: '_'.join(some(1, 2)) + number(),
        lambda: camel(some(2, 3)) + number(), lambda: 'your-' + '-'.join(some(0, 1) + [kind, 'here']),
        lambda: 'my_' + '_'.join(some(1, 2)), lambda: camel(some(1, 2)) + '.' + camel(some(2, 3)),
        lambda: camel(some(2, 3)) + '()', lambda: '%' + camel(some(1, 2)) + '%', lambda: 'x' * chance.randint(8, 32),
        lambda: '%s:%s' % ('-'.join(some(1, 2)), '/'.join(some(1, 3))), lambda: ','.join(some(2, 5)),
        lambda: 'projects/%s/secrets/%s' % ('-'.join(some(2, 2)), '-'.join(some(1, 2))),
        lambda: '%s[%s]' % (camel(some(1, 2)), "'" + some(1, 1)[0] + "'"), lambda: '2024-%02d-%02dT%02d:00:00Z' % (
            chance.randint(1, 12), chance.randint(1, 28), chance.randint(0, 23)),
        lambda: '%d%s' % (chance.randint(1, 999), chance.choice(('ms', 's', 'px', 'MB', 'h', ' days'))),
    ]
    def sequence():
        text = chance.choice(('1234567890abcdef', 'abcdef0123456789', 'abcdefghijklmnopqrstuvwxyz', '0123456789', 'abc123', '0123456789abcdef',
                              'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'deadbeef', 'aabbccddeeff', 'a1b2c3d4e5f6', '11112222'))
        start, length = chance.choice((0, 0, chance.randrange(len(text)))), chance.choice((8, 12, 16, 20, 32, 40))
        return (text * 6)[start:start + length]

    forms += [sequence, sequence, lambda: chance.choice(('test', 'fake', 'dummy', 'example', 'sample')) + chance.choice('-_') + '_'.join(some(1, 2)) + number()]
    # Identifiers with abbreviations, of other variables and of types, such as `prevBktKey` and `KmsCryptoKey`.
    short = lambda word: chance.choice((word, word[:3], word[0] + ''.join(letter for letter in word[1:] if letter not in 'aeiou')[:3]))
    parts = lambda least, most: [short(word) for word in some(least, most)] + [chance.choice((kind, kind, 'id', 'ref', 'type'))]
    digits = lambda most: ''.join(chance.choice('0123456789abcdef') for _ in range(chance.choice((4, 8, 8, most))))
    algorithms = ('MD5', 'SHA1', 'SHA256', 'SHA512', 'AES', 'HMAC', 'RSA', 'HS256', 'RS256', 'AES256', 'ED25519', 'P256', 'PBKDF2', 'CBC', 'GCM', 'HEX')
    forms += [lambda: camel(parts(1, 2)), lambda: pascal(parts(1, 2)), lambda: pascal(parts(0, 1)), lambda: '_'.join(parts(1, 2)),
              lambda: '_'.join(parts(1, 2)).upper(), lambda: '0x' + digits(16) + chance.choice(('', 'U', 'UL', 'ull', 'L')),
              lambda: chance.choice('-_/').join(chance.choice(algorithms) for _ in range(chance.randint(1, 3)))]
    # Passwords that everybody guesses first, which are also what documents and tests show.
    common = lambda: ''.join(some(1, 2))
    forms += [lambda: chance.choice((common(), common().capitalize())) + chance.choice(('1', '12', '123', '1234', number())) + chance.choice(('', '', '!'))] * 3
    return chance.choice(forms)()


def surroundings(folders):
    "Real files by extension, or by name where that has none."
    found = collections.defaultdict(list)
    for folder in folders:
        for root, below, files in os.walk(folder):
            below.sort()
            for file in sorted(files):
                path = os.path.join(root, file)
                if os.path.isfile(path) and not os.path.islink(path) and os.path.getsize(path) < LARGEST:
                    found[file.rsplit('.', 1)[-1].lower() if '.' in file else file].append(path)
    return found


def neighbours(chance, files):
    "Adjacent lines of one of the files."
    with open(chance.choice(files), 'rb') as file:
        text = file.read().decode('utf8', 'replace').replace('\0', '').splitlines()
    at = chance.randrange(max(1, len(text)))
    return text[max(0, at - LINES):at], text[at:at + LINES]


def write(folder, trees, seed):
    "Writes a file for each notation; returns {file: [(start, end, label, notation)]}, in bytes."
    chance, files, spans = random.Random(seed), surroundings(trees), {}
    words = [word for word in lines('words.txt') if 3 < len(word) < 11]
    choices = names()
    for number, (extension, template) in enumerate(syntaxes()):
        text, path = '', os.path.join(folder, '%03d.%s' % (number, extension))
        spans[path] = []
        for each in range(2 * EACH):
            label = each % 2
            kind, name = chance.choice(choices)
            value = secret(chance, kind) if label else harmless(chance, kind, words)
            before, after = neighbours(chance, files[extension.lower()]) if files[extension.lower()] else ([], [])
            statement, offset = written(template, name, value)
            text += '\n'.join(before) + '\n'
            start = len((text + statement[:offset]).encode())
            spans[path].append((start, start + len(value.encode()), label, number))
            text += statement + '\n' + '\n'.join(after) + '\n' + '\n' * 2
        with open(path, 'wb') as file:
            file.write(text.encode())
    return spans
