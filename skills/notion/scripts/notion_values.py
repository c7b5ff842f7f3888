"""Between text on the command line and values of Notion's properties. Used by notion.py."""

from notion_text import plain, rich_of

TEXTS = ('url', 'email', 'phone_number')


def number_of(text):
    value = float(text)
    return int(value) if value.is_integer() else value


def bool_of(text):
    if text.lower() in ('true', 'yes', '1', 'on'):
        return True
    if text.lower() in ('false', 'no', '0', 'off', ''):
        return False
    raise ValueError(f'"{text}" is neither true nor false')


def property_of(kind, text):
    """The value of a property as the API takes it. ValueError: what is wrong."""
    if kind in ('title', 'rich_text'):
        return {kind: rich_of(text)}
    if kind == 'number':
        return {kind: number_of(text) if text else None}
    if kind in ('select', 'status'):
        return {kind: {'name': text} if text else None}
    if kind == 'multi_select':
        return {kind: [{'name': name.strip()} for name in text.split('|') if name.strip()]}
    if kind == 'checkbox':
        return {kind: bool_of(text)}
    if kind == 'date':
        start, _, end = text.partition('/')
        return {kind: {'start': start, **({'end': end} if end else {})} if start else None}
    if kind in TEXTS:
        return {kind: text or None}
    raise ValueError(f'values of the type {kind} cannot be set from here')


def filter_of(kind, text):
    """What a row must have in a property of this type."""
    if kind in ('title', 'rich_text', *TEXTS):
        return {kind: {'contains': text}}
    if kind == 'number':
        return {kind: {'equals': number_of(text)}}
    if kind in ('select', 'status'):
        return {kind: {'equals': text}}
    if kind == 'multi_select':
        return {kind: {'contains': text}}
    if kind == 'checkbox':
        return {kind: {'equals': bool_of(text)}}
    if kind == 'date':
        return {kind: {'equals': text}}
    raise ValueError(f'the type {kind} cannot be searched from here')


def shown(value):
    """A property as text; empty: nothing is in it, or nothing that can be shown."""
    kind = value.get('type', '')
    content = value.get(kind)
    if content is None:
        return ''
    if kind in ('title', 'rich_text'):
        return plain(content)
    if kind in ('select', 'status'):
        return content.get('name', '')
    if kind == 'multi_select':
        return '|'.join(one.get('name', '') for one in content)
    if kind == 'date':
        return content['start'] + (f"/{content['end']}" if content.get('end') else '')
    if kind == 'people':
        return '|'.join(one.get('name') or one.get('id', '') for one in content)
    if kind == 'relation':
        return '|'.join(one.get('id', '') for one in content)
    if kind == 'unique_id':
        return f"{content.get('prefix') or ''}{'-' if content.get('prefix') else ''}{content.get('number')}"
    if kind == 'formula':
        inner = content.get(content.get('type', ''))
        return '' if inner is None else str(inner.get('start') if isinstance(inner, dict) else inner)
    return str(content).lower() if isinstance(content, bool) else '' if isinstance(content, (dict, list)) else str(content)
