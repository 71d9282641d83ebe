"""The SQL of loading rights: the merge of a file, the register of files, insurers and their products."""
