import {useSignal} from '@preact/signals';
import type {RefObject} from 'preact';
import {useEffect, useLayoutEffect, useRef} from 'preact/hooks';
import {hasOlder, isLoading, loadOlder, loadProblem, retryLoading, thread} from '../conversation.ts';
import type {Item, Thread} from '../thread.ts';
import {EmptyState} from './empty_state.tsx';
import {DownIcon} from './icons.tsx';
import {AssistantMessage, UserMessage} from './message.tsx';

const kPage = 60; // so many messages are in the document at first, and so many more each time the top comes near
const kNearBottomPx = 80;

function questionOf(items: readonly Item[], replyTo: string): string {
  const found = items.find(item => item.role === 'user' && item.id === replyTo);
  return found?.role === 'user' ? found.text : '';
}

function Messages({current, from}: {current: Thread; from: number}) {
  const last = current.items.length - 1;
  return (
    <>
      {current.items.slice(from).map((item, i) => item.role === 'user'
        ? <UserMessage key={item.id} item={item}
            unanswered={from + i === last && !current.running && item.delivery === 'accepted'} />
        : <AssistantMessage key={item.id} item={item} isLast={from + i === last}
            question={from + i === last ? questionOf(current.items, item.replyTo) : ''} />)}
      {current.running && current.items[last]?.role === 'user' && <div class="message assistant"><div class="avatar" /><div class="typing"><i /><i /><i /></div></div>}
    </>
  );
}

/** Keeps the end in sight while the person is there, and leaves them alone when they have scrolled away. */
function useFollow(current: Thread | null) {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const isAway = useSignal(false);
  const toEnd = (): void => {
    const box = scroller.current;
    if (box) box.scrollTop = isEmpty.current ? 0 : box.scrollHeight;
  };
  const onScroll = (): void => {
    const box = scroller.current;
    if (!box) return;
    following.current = box.scrollHeight - box.scrollTop - box.clientHeight < kNearBottomPx;
    isAway.value = !following.current;
  };
  const isEmpty = useRef(true); // then its beginning is what matters
  isEmpty.current = !current || current.items.length === 0;
  const lastItem = current?.items.at(-1);
  const ownId = lastItem?.role === 'user' ? lastItem.id : '';
  useLayoutEffect(() => { // another conversation, or a message of one's own: go to the end
    following.current = true;
    isAway.value = false;
    toEnd();
  }, [current?.id, ownId]);
  useEffect(() => {
    const observer = new ResizeObserver(() => {
      if (following.current) toEnd();
    });
    if (content.current) observer.observe(content.current);
    if (scroller.current) observer.observe(scroller.current);
    return () => observer.disconnect();
  }, []);
  return {scroller, content, isAway, onScroll, toEnd};
}

/** Which messages are in the document: those from a certain one on, so that new ones at the end move nothing. */
function useWindow(current: Thread | null): {from: number; showEarlier: () => void} {
  const first = useRef({threadId: '', id: ''});
  const redraw = useSignal(0);
  void redraw.value;
  const items = current?.items ?? [];
  let from = first.current.threadId === current?.id ? items.findIndex(item => item.id === first.current.id) : -1;
  if (from < 0) from = Math.max(0, items.length - kPage);
  const keep = (index: number): void => {
    first.current = {threadId: current?.id ?? '', id: items[index]?.id ?? ''};
  };
  if (!isLoading.value) keep(from);
  const showEarlier = (): void => {
    keep(Math.max(0, from - kPage));
    ++redraw.value;
  };
  return {from, showEarlier};
}

/**
 * Keeps what is being read in its place when messages are put above it. The browser's own scroll anchoring does not
 * help at the very top and not in every browser, so it is switched off for the moment of the change.
 */
function useSteadyTop(scroller: RefObject<HTMLDivElement | null>, threadId: string, firstId: string): void {
  const shown = useRef({threadId, firstId});
  const fromEnd = useRef(-1);
  const box = scroller.current;
  if (box && shown.current.threadId === threadId && shown.current.firstId !== firstId && firstId !== '') {
    fromEnd.current = box.scrollHeight - box.scrollTop; // read before the document changes
    box.style.setProperty('overflow-anchor', 'none');
  }
  shown.current = {threadId, firstId};
  useLayoutEffect(() => {
    if (!box || fromEnd.current < 0) return;
    box.scrollTop = box.scrollHeight - fromEnd.current;
    fromEnd.current = -1;
    requestAnimationFrame(() => box.style.removeProperty('overflow-anchor'));
  }, [firstId]);
}

export function ThreadView() {
  const current = thread.value;
  const top = useRef<HTMLDivElement>(null);
  const {scroller, content, isAway, onScroll, toEnd} = useFollow(current);
  const {from, showEarlier} = useWindow(current);
  useSteadyTop(scroller, current?.id ?? '', current?.items[from]?.id ?? '');
  const more = from > 0 || hasOlder.value;
  useEffect(() => {
    if (!top.current || !more) return;
    const observer = new IntersectionObserver(([entry]) => {
      const box = scroller.current;
      if (!entry?.isIntersecting || !box) return;
      if (from > 0) showEarlier();
      else void loadOlder();
    }, {root: scroller.current, rootMargin: '800px 0px 0px 0px'});
    observer.observe(top.current);
    return () => observer.disconnect();
  }, [current?.id, from, more]);
  const isEmpty = !current || (current.items.length === 0 && !isLoading.value && !loadProblem.value);
  return (
    <main class="thread-place">
      <div ref={scroller} class="scroller" onScroll={onScroll}>
        <div ref={content} class="thread" aria-label="Conversation" aria-busy={isLoading.value}>
          {more && <div ref={top} class="older"><span class="spinner" aria-hidden="true" />Earlier messages</div>}
          {isLoading.value && current?.items.length === 0 && <div class="loading"><span class="spinner" aria-hidden="true" />Loading</div>}
          {loadProblem.value && loadProblem.value !== 'locked' && (
            <div class="load-problem">
              <p role="alert">{loadProblem.value}</p>
              <button type="button" class="primary" onClick={() => void retryLoading()}>Try again</button>
            </div>
          )}
          {isEmpty ? <EmptyState /> : current && <Messages current={current} from={from} />}
        </div>
      </div>
      {isAway.value && !isEmpty &&
        <button type="button" class="to-end" aria-label="To the latest message" title="To the latest message" onClick={toEnd}><DownIcon /></button>}
    </main>
  );
}
