/* A library that the loader does not find: it lies in no folder where it looks. */
int absent_function(void);
int absent_function(void) {
  return 1;
}
