package dev.cohortium.beforeafter;

import java.io.Serial;
import java.io.Serializable;
import java.util.Comparator;

/**
 * Where effects are measured: in all, or in a value of a segment.
 *
 * @param by the segment's name
 */
record Place(String by, String value) implements Comparable<Place>, Serializable {
  @Serial private static final long serialVersionUID = 1;

  /** Name and value of the whole. */
  static final String WHOLE = "all";

  static final Place ALL = new Place(WHOLE, WHOLE);

  private static final Comparator<Place> ORDER =
      Comparator.comparing((Place place) -> !place.isWhole())
          .thenComparing(Place::by)
          .thenComparing(Place::value);

  boolean isWhole() {
    return by.equals(WHOLE);
  }

  @Override
  public int compareTo(Place other) {
    return ORDER.compare(this, other);
  }
}
