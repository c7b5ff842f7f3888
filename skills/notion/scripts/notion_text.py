"""Between Markdown and Notion's blocks. Used by notion.py."""

import re

TEXT_MAX = 2000  # characters of one piece of rich text

# Beginning of a line: kind of block. The first that fits counts.
LINES = (
    (re.compile(r'### (.*)'), 'heading_3'),
    (re.compile(r'## (.*)'), 'heading_2'),
    (re.compile(r'# (.*)'), 'heading_1'),
    (re.compile(r'[-*] \[[ xX]\] (.*)'), 'to_do'),
    (re.compile(r'[-*] (.*)'), 'bulleted_list_item'),
    (re.compile(r'\d+[.)] (.*)'), 'numbered_list_item'),
    (re.compile(r'> ?(.*)'), 'quote'),
)
MARKS = {'heading_1': '# ', 'heading_2': '## ', 'heading_3': '### ', 'bulleted_list_item': '- ',
         'numbered_list_item': '1. ', 'quote': '> ', 'callout': '> ', 'toggle': '- '}


def plain(rich):
    return ''.join(piece.get('plain_text') or piece.get('text', {}).get('content', '') for piece in rich or [])


def rich_of(text):
    return [{'type': 'text', 'text': {'content': text[at:at + TEXT_MAX]}} for at in range(0, len(text), TEXT_MAX)]


def block(kind, text, **more):
    return {'object': 'block', 'type': kind, kind: {'rich_text': rich_of(text), **more}}


def block_of_line(line):
    if re.fullmatch(r'(-{3,}|\*{3,})', line):
        return {'object': 'block', 'type': 'divider', 'divider': {}}
    for pattern, kind in LINES:
        match = pattern.match(line)
        if match:
            more = {'checked': line[3] in 'xX'} if kind == 'to_do' else {}
            return block(kind, match[1], **more)
    return None


def blocks_of(markdown):
    out, paragraph, code = [], [], None

    def end_paragraph():
        if paragraph:
            out.append(block('paragraph', ' '.join(paragraph)))
            paragraph.clear()

    for line in markdown.replace('\r\n', '\n').split('\n'):
        if code is not None:
            if line.startswith('```'):
                out.append(block('code', '\n'.join(code), language='plain text'))
                code = None
            else:
                code.append(line)
            continue
        stripped = line.strip()
        if stripped.startswith('```'):
            end_paragraph()
            code = []
            continue
        made = block_of_line(stripped)
        if made or not stripped:
            end_paragraph()
        if made:
            out.append(made)
        elif stripped:
            paragraph.append(stripped)
    if code is not None:
        out.append(block('code', '\n'.join(code), language='plain text'))
    end_paragraph()
    return out


def line_of(one):
    kind = one.get('type', '')
    content = one.get(kind, {}) if isinstance(one.get(kind), dict) else {}
    text = plain(content.get('rich_text', []))
    if kind == 'to_do':
        return f"- [{'x' if content.get('checked') else ' '}] {text}"
    if kind == 'code':
        return f'```{content.get("language", "")}\n{text}\n```'
    if kind == 'divider':
        return '---'
    if kind in ('child_page', 'child_database'):
        return f"[{kind.replace('_', ' ')}: {content.get('title', '')} {one.get('id', '')}]"
    if kind == 'table_row':
        return '| ' + ' | '.join(plain(cell) for cell in content.get('cells', [])) + ' |'
    if kind == 'equation':
        return f"$${content.get('expression', '')}$$"
    if kind in ('bookmark', 'embed', 'link_preview'):
        return content.get('url', '')
    if kind in ('image', 'file', 'pdf', 'video', 'audio'):
        place = content.get(content.get('type', ''), {})
        return f"[{kind}: {plain(content.get('caption', []))} {place.get('url', '') if isinstance(place, dict) else ''}]"
    return MARKS.get(kind, '') + text


def markdown_of(blocks, indent=''):
    lines = []
    for one in blocks:
        lines += [indent + line for line in line_of(one).split('\n')]
        if one.get('children'):
            lines.append(markdown_of(one['children'], indent + '  '))
        elif not indent and one.get('type') in ('paragraph', 'code'):
            lines.append('')
    return '\n'.join(lines)
