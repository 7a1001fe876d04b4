"""What a run that is killed has loaded before: Great Expectations, as nianbao loads it."""

from nianbao.warehouse.expectations import warm_up

warm_up().join()
