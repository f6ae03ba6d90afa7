package dev.cohortium.runtime;

/** Tells the person who waits what is going on; one line each. */
public interface Progress {
  /** Says that {@code step} has begun; while it lasts, how far it is may be shown. */
  void step(String step);

  /** Says something that will not be said again. */
  void note(String line);
}
