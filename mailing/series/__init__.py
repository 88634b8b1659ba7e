"""The welcome series: letters that follow a first gift, in our colleagues’ words, to whoever allows them."""
