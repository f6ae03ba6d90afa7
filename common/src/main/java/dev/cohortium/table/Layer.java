package dev.cohortium.table;

import java.util.Locale;

/** The floors of a warehouse, in the order in which data moves. */
public enum Layer {
  CLEAN,
  PANEL,
  MARTS,
  SYSTEM;

  /** The folder of this layer in a warehouse. */
  public String folder() {
    return name().toLowerCase(Locale.ROOT);
  }
}
