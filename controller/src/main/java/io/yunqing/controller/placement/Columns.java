package io.yunqing.controller.placement;

/** Columns made of a view's hosts that follow it: only hosts that changed since the last time are judged again. */
abstract class Columns {
    private long seen = -1;

    final void catchUp(FleetView view, Changes changes) {
        if (seen == changes.count()) {
            return;
        }
        if (changes.knownSince(seen)) {
            grow(view.bound());
            for (long change = seen; change < changes.count(); change++) {
                judge(view, changes.index(change));
            }
        } else {
            clear();
            grow(view.bound());
            for (int i = 0; i < view.bound(); i++) {
                judge(view, i);
            }
        }
        seen = changes.count();
    }

    /** As if no host had been judged yet. */
    abstract void clear();

    /** Makes room for hosts whose index is below the bound. */
    abstract void grow(int bound);

    abstract void judge(FleetView view, int index);
}
