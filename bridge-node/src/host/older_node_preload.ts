// For threads that plugins begin.

import { mendOlderNode } from './older_node.js';

mendOlderNode();
