"""The answer to a sender: the receipt, and the sender's own workbook with what was found marked in it."""
