"""Networks and runs beside each other: what differs in structure, in cost, in what training made of them."""
