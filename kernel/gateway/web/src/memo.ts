import {Component, h, type ComponentType, type VNode} from 'preact';

/** Draws `Inner` again only when a property is another object, or when `isSame` denies that nothing changed. */
export function memo<P extends object>(Inner: ComponentType<P>, isSame: (a: P, b: P) => boolean = shallowSame) {
  return class Memo extends Component<P> {
    override shouldComponentUpdate(next: Readonly<P>): boolean {
      return !isSame(this.props as P, next as P);
    }

    render(): VNode<P> {
      return h(Inner, this.props as P);
    }
  };
}

function shallowSame<P extends object>(a: P, b: P): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof P>;
  return [...keys].every(key => key === 'children' || a[key] === b[key]);
}
