import json
from typing import Any, Dict, Iterator, List, Optional, Tuple


def flatten(doc: Any, path: str = '') -> Iterator[Tuple[str, Any]]:
    if isinstance(doc, dict):
        for k, v in doc.items():
            yield from flatten(v, f'{path}.{k}' if path else k)
    elif isinstance(doc, list):
        for i, v in enumerate(doc):
            yield from flatten(v, f'{path}[{i}]')
    else:
        yield path, doc


def load(record: Dict[str, Any]) -> Optional[Dict[str, Any]]:
    try:
        return json.loads(record['value'])
    except (TypeError, ValueError):
        return None


def rows(doc: Dict[str, Any]) -> List[Tuple[str, str]]:
    return [(k, type(v).__name__) for k, v in flatten(doc)]


(GB('KeysReader')
    .map(load)
    .filter(lambda d: d is not None)
    .flatmap(rows)
    .countby(lambda t: t)
    .map(lambda c: {'path': c['key'][0], 'type': c['key'][1], 'n': c['value']})
    .collect()
    .sort(reverse=False)
    .run('doc:*'))
