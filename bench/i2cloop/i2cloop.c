/* i2cloop DEVICE ADDRESS REGISTER BYTES: the plain C loop that bench/i2c compares hal/i2cdev with. For each line
   "MILLISECONDS" on stdin it reads BYTES bytes from REGISTER with one I2C_RDWR ioctl of two messages, again and again
   for that long, and prints the mean time of one transfer in nanoseconds: by the process's CPU time, and by the wall
   clock. A transfer that the adapter gives up in time is not counted; too many of them end the program. */
#include <errno.h>
#include <fcntl.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>

static double now(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

int main(int argc, char** argv) {
  if (argc != 5) {
    fputs("i2cloop DEVICE ADDRESS REGISTER BYTES\n", stderr);
    return 2;
  }
  int fd = open(argv[1], O_RDWR);
  uint16_t address = strtoul(argv[2], 0, 0), bytes = strtoul(argv[4], 0, 0);
  uint8_t reg = strtoul(argv[3], 0, 0), data[512];
  if (fd < 0 || bytes > sizeof data) {
    perror(argv[1]);
    return 1;
  }
  struct i2c_msg messages[2] = {{address, 0, 1, &reg}, {address, I2C_M_RD, bytes, data}};
  struct i2c_rdwr_ioctl_data call = {messages, 2};
  char line[64];
  int late = 0;
  while (fgets(line, sizeof line, stdin)) {
    double length = atof(line) * 1e6, wall = now(CLOCK_MONOTONIC), cpu = now(CLOCK_PROCESS_CPUTIME_ID), spent;
    long n = 0;
    do {
      if (ioctl(fd, I2C_RDWR, &call) == 2) {
        n++;
      } else if (errno != ETIMEDOUT || ++late > 20) {
        perror("transfer");
        return 1;
      }
      spent = now(CLOCK_MONOTONIC) - wall;
    } while (spent < length || !n);
    printf("%.0f %.0f\n", (now(CLOCK_PROCESS_CPUTIME_ID) - cpu) / n, spent / n);
    fflush(stdout);
  }
  return 0;
}
