"""Morning, noon and evening checks 晨午晚检 of classes, staff sections and rooms."""
