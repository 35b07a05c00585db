"""The person's rights: to have everything that is held about them, and to be erased (GDPR art. 15, 17 and 20)."""
