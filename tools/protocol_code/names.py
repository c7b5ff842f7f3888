"""Names of types and members in both languages."""

import re


def snake(name):
    """toolCallId -> tool_call_id"""
    return re.sub(r'([A-Z])', lambda match: '_' + match.group(1).lower(), name)


def part_name(method, part):
    """tool.call, params -> ToolCallParams; the name of its type, or of the type that it borrows"""
    return ''.join(piece[0].upper() + piece[1:] for piece in (*method.split('.'), part))


def constant(method):
    """tool.call -> kToolCall"""
    return 'k' + ''.join(piece[0].upper() + piece[1:] for piece in method.split('.'))
