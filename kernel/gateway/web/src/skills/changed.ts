// Moves each time that the gateway says that skills have changed.

import {signal} from '@preact/signals';

export const skillsChanged = signal(0);
