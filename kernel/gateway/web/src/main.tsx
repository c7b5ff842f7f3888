import './styles/tokens.css';
import './styles/layout.css';
import './styles/controls.css';
import './styles/message.css';
import './styles/markdown.css';
import './styles/plugins.css';
import './styles/skills.css';
import {render} from 'preact';
import {App} from './components/app.tsx';
import {openSession, sessionInAddress, startNew} from './conversation.ts';
import {refreshStatus} from './gateway_status.ts';
import {setTokenSource} from './notices.ts';
import {followPlace} from './route.ts';
import {refreshSessions} from './sessions.ts';
import {token} from './auth.ts';

setTokenSource(() => token() !== '');

function followAddress(): void {
  if (followPlace()) return;
  const id = sessionInAddress();
  if (id) void openSession(id);
  else startNew();
}

addEventListener('popstate', followAddress);
addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') void refreshSessions();
});

const root = document.getElementById('app');
if (root) {
  root.replaceChildren();
  render(<App />, root);
}
void refreshStatus().then(reached => {
  if (reached) void refreshSessions();
});
followAddress();
