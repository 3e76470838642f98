// Package mpu6050test is a register model of InvenSense's MPU-6050, MPU-6500 and MPU-9250 (register map RM-MPU-6000A-00,
// RM-MPU-6500A-00) for tests: accelerometer and gyroscope with a signal of time, and the byte FIFO.
//
// Time and signal are injected; samples are made when a transfer looks, at the true rate (nominal plus Skew). The model
// does what makes this chip hard to drive: it sleeps until it is woken, its FIFO overwrites its oldest bytes when full,
// in the middle of a sample since 1,024 is no multiple of 12, and reading the data registers while the FIFO runs puts it
// out of step. It does not model the temperature sensor, the magnetometer, the motion processor and interrupt pins.
// Model implements chiptest.Model.
package mpu6050test
