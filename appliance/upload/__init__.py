"""Every memory reaches the owner's storage, proven: behaviour, queue, transfer, proof."""
