package dev.cohortium.beforeafter;

import dev.cohortium.SparkTest;
import dev.cohortium.runtime.Frames;
import org.junit.jupiter.api.BeforeEach;

/** Tests on the {@link Shop}, whose small plans are not worth compiling. */
abstract class ShopTest extends SparkTest {
  @BeforeEach
  void interpret() {
    withoutCompiling();
  }

  /** {@link Shop#frames}. */
  protected Frames shop(String drift, String orders) {
    return Shop.frames(spark(), drift, orders);
  }
}
