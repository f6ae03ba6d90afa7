package dev.cohortium;

import dev.cohortium.table.Customers;
import org.junit.jupiter.api.Test;

class ProbeTest extends SparkTest {
  @Test
  void rows_are_themselves() {
    var t =
        rows(
            Customers.TABLE,
            """
      customer_id | birth_year
      ann         | 1980
      bob         |
      """);
    assertRows(
        t,
        Customers.TABLE,
        """
      birth_year | customer_id
                 | bob
      1980       | ann
      """);
  }
}
