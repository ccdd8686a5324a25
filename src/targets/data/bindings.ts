// Made by `npm run targets` (test/targets/generate.ts): do not edit.
// Source: test/targets/measured.txt, from the libraries of glibc 2.36 in Debian 12 for seven machines (not for
// loongarch64), read in November 2026. Machines are bits in hexadecimal (`machines.ts`).

/**
 * What an unversioned reference binds to, if that is other code than the default version's: machines, library, symbol,
 * that version, the oldest version with the default's code, the default.
 */
export const TRAPS = `
1 libc.so.6 fmemopen 2.2.5 2.22 2.22
1 libc.so.6 glob 2.2.5 2.27 2.27
1 libc.so.6 glob64 2.2.5 2.27 2.27
1 libc.so.6 lio_listio 2.2.5 2.4 2.34
1 libc.so.6 lio_listio64 2.2.5 2.4 2.34
1 libc.so.6 memcpy 2.2.5 2.14 2.14
1 libc.so.6 nftw 2.2.5 2.3.3 2.3.3
1 libc.so.6 nftw64 2.2.5 2.3.3 2.3.3
1 libc.so.6 posix_spawn 2.2.5 2.15 2.15
1 libc.so.6 posix_spawnp 2.2.5 2.15 2.15
1 libc.so.6 pthread_cond_broadcast 2.2.5 2.3.2 2.3.2
1 libc.so.6 pthread_cond_destroy 2.2.5 2.3.2 2.3.2
1 libc.so.6 pthread_cond_init 2.2.5 2.3.2 2.3.2
1 libc.so.6 pthread_cond_signal 2.2.5 2.3.2 2.3.2
1 libc.so.6 pthread_cond_timedwait 2.2.5 2.3.2 2.3.2
1 libc.so.6 pthread_cond_wait 2.2.5 2.3.2 2.3.2
1 libc.so.6 pthread_kill 2.2.5 2.34 2.34
1 libc.so.6 realpath 2.2.5 2.3 2.3
1 libc.so.6 regexec 2.2.5 2.3.4 2.3.4
1 libc.so.6 timer_create 2.2.5 2.3.3 2.34
1 libc.so.6 timer_delete 2.2.5 2.3.3 2.34
1 libc.so.6 timer_getoverrun 2.2.5 2.3.3 2.34
1 libc.so.6 timer_gettime 2.2.5 2.3.3 2.34
1 libc.so.6 timer_settime 2.2.5 2.3.3 2.34
1 libm.so.6 exp 2.2.5 2.29 2.29
1 libm.so.6 exp10f 2.2.5 2.32 2.32
1 libm.so.6 exp2 2.2.5 2.29 2.29
1 libm.so.6 exp2f 2.2.5 2.27 2.27
1 libm.so.6 expf 2.2.5 2.27 2.27
1 libm.so.6 hypot 2.2.5 2.35 2.35
1 libm.so.6 hypotf 2.2.5 2.35 2.35
1 libm.so.6 lgamma 2.2.5 2.23 2.23
1 libm.so.6 lgammaf 2.2.5 2.23 2.23
1 libm.so.6 lgammal 2.2.5 2.23 2.23
1 libm.so.6 log 2.2.5 2.29 2.29
1 libm.so.6 log2 2.2.5 2.29 2.29
1 libm.so.6 log2f 2.2.5 2.27 2.27
1 libm.so.6 logf 2.2.5 2.27 2.27
1 libm.so.6 pow 2.2.5 2.29 2.29
1 libm.so.6 powf 2.2.5 2.27 2.27
14 libc.so.6 fmemopen 2.17 2.22 2.22
14 libc.so.6 glob 2.17 2.27 2.27
14 libc.so.6 glob64 2.17 2.27 2.27
14 libc.so.6 pthread_kill 2.17 2.34 2.34
14 libc.so.6 quick_exit 2.17 2.24 2.24
14 libm.so.6 exp 2.17 2.29 2.29
14 libm.so.6 exp10f 2.17 2.32 2.32
14 libm.so.6 exp2 2.17 2.29 2.29
14 libm.so.6 exp2f 2.17 2.27 2.27
14 libm.so.6 expf 2.17 2.27 2.27
14 libm.so.6 hypot 2.17 2.35 2.35
14 libm.so.6 hypotf 2.17 2.35 2.35
14 libm.so.6 lgamma 2.17 2.23 2.23
14 libm.so.6 lgammaf 2.17 2.23 2.23
14 libm.so.6 lgammal 2.17 2.23 2.23
14 libm.so.6 log 2.17 2.29 2.29
14 libm.so.6 log2 2.17 2.29 2.29
14 libm.so.6 log2f 2.17 2.27 2.27
14 libm.so.6 logf 2.17 2.27 2.27
14 libm.so.6 pow 2.17 2.29 2.29
14 libm.so.6 powf 2.17 2.27 2.27
2 libc.so.6 _IO_do_write 2.0 2.1 2.1
2 libc.so.6 _IO_fclose 2.0 2.1 2.1
2 libc.so.6 _IO_fdopen 2.0 2.1 2.1
2 libc.so.6 _IO_fgetpos 2.0 2.2 2.2
2 libc.so.6 _IO_file_attach 2.0 2.1 2.1
2 libc.so.6 _IO_file_close_it 2.0 2.1 2.1
2 libc.so.6 _IO_file_fopen 2.0 2.1 2.1
2 libc.so.6 _IO_file_init 2.0 2.1 2.1
2 libc.so.6 _IO_file_overflow 2.0 2.1 2.1
2 libc.so.6 _IO_file_seekoff 2.0 2.1 2.1
2 libc.so.6 _IO_file_setbuf 2.0 2.1 2.1
2 libc.so.6 _IO_file_sync 2.0 2.1 2.1
2 libc.so.6 _IO_file_underflow 2.0 2.1 2.1
2 libc.so.6 _IO_file_write 2.0 2.1 2.1
2 libc.so.6 _IO_file_xsputn 2.0 2.1 2.1
2 libc.so.6 _IO_fopen 2.0 2.1 2.1
2 libc.so.6 _IO_fsetpos 2.0 2.2 2.2
2 libc.so.6 _IO_popen 2.0 2.1 2.1
2 libc.so.6 _IO_proc_close 2.0 2.1 2.1
2 libc.so.6 _IO_proc_open 2.0 2.1 2.1
2 libc.so.6 chown 2.0 2.1 2.1
2 libc.so.6 dlopen 2.0 2.1 2.34
2 libc.so.6 fclose 2.0 2.1 2.1
2 libc.so.6 fcntl 2.0 2.28 2.28
2 libc.so.6 fdopen 2.0 2.1 2.1
2 libc.so.6 fgetpos 2.0 2.2 2.2
2 libc.so.6 fopen 2.0 2.1 2.1
2 libc.so.6 fopencookie 2.0 2.2 2.2
2 libc.so.6 fsetpos 2.0 2.2 2.2
2 libc.so.6 getaliasbyname_r 2.0 2.1.2 2.1.2
2 libc.so.6 getaliasent_r 2.0 2.1.2 2.1.2
2 libc.so.6 getgrent_r 2.0 2.1.2 2.1.2
2 libc.so.6 getgrgid_r 2.0 2.1.2 2.1.2
2 libc.so.6 getgrnam_r 2.0 2.1.2 2.1.2
2 libc.so.6 gethostbyaddr_r 2.0 2.1.2 2.1.2
2 libc.so.6 gethostbyname2_r 2.0 2.1.2 2.1.2
2 libc.so.6 gethostbyname_r 2.0 2.1.2 2.1.2
2 libc.so.6 gethostent_r 2.0 2.1.2 2.1.2
2 libc.so.6 getnetbyaddr_r 2.0 2.1.2 2.1.2
2 libc.so.6 getnetbyname_r 2.0 2.1.2 2.1.2
2 libc.so.6 getnetent_r 2.0 2.1.2 2.1.2
2 libc.so.6 getprotobyname_r 2.0 2.1.2 2.1.2
2 libc.so.6 getprotobynumber_r 2.0 2.1.2 2.1.2
2 libc.so.6 getprotoent_r 2.0 2.1.2 2.1.2
2 libc.so.6 getpwent_r 2.0 2.1.2 2.1.2
2 libc.so.6 getpwnam_r 2.0 2.1.2 2.1.2
2 libc.so.6 getpwuid_r 2.0 2.1.2 2.1.2
2 libc.so.6 getrlimit 2.0 2.2 2.2
2 libc.so.6 getrpcbyname_r 2.0 2.1.2 2.1.2
2 libc.so.6 getrpcbynumber_r 2.0 2.1.2 2.1.2
2 libc.so.6 getrpcent_r 2.0 2.1.2 2.1.2
2 libc.so.6 getservbyname_r 2.0 2.1.2 2.1.2
2 libc.so.6 getservbyport_r 2.0 2.1.2 2.1.2
2 libc.so.6 getservent_r 2.0 2.1.2 2.1.2
2 libc.so.6 getspent_r 2.0 2.1.2 2.1.2
2 libc.so.6 getspnam_r 2.0 2.1.2 2.1.2
2 libc.so.6 glob 2.0 2.27 2.27
2 libc.so.6 msgctl 2.0 2.2 2.2
2 libc.so.6 pclose 2.0 2.1 2.1
2 libc.so.6 popen 2.0 2.1 2.1
2 libc.so.6 pthread_attr_init 2.0 2.1 2.1
2 libc.so.6 pthread_cond_broadcast 2.0 2.3.2 2.3.2
2 libc.so.6 pthread_cond_destroy 2.0 2.3.2 2.3.2
2 libc.so.6 pthread_cond_init 2.0 2.3.2 2.3.2
2 libc.so.6 pthread_cond_signal 2.0 2.3.2 2.3.2
2 libc.so.6 pthread_cond_timedwait 2.0 2.3.2 2.3.2
2 libc.so.6 pthread_cond_wait 2.0 2.3.2 2.3.2
2 libc.so.6 pthread_create 2.0 2.1 2.34
2 libc.so.6 pthread_kill 2.0 2.34 2.34
2 libc.so.6 realpath 2.0 2.3 2.3
2 libc.so.6 regexec 2.0 2.3.4 2.3.4
2 libc.so.6 sem_getvalue 2.0 2.1 2.34
2 libc.so.6 sem_init 2.0 2.1 2.34
2 libc.so.6 sem_post 2.0 2.1 2.34
2 libc.so.6 sem_trywait 2.0 2.1 2.34
2 libc.so.6 sem_wait 2.0 2.1 2.34
2 libc.so.6 semctl 2.0 2.2 2.2
2 libc.so.6 shmctl 2.0 2.2 2.2
2 libc.so.6 tmpfile 2.0 2.1 2.1
2 libc.so.6 vm86 2.0 2.3.4 2.3.4
2 libm.so.6 exp 2.0 2.29 2.29
2 libm.so.6 expf 2.0 2.27 2.27
2 libm.so.6 hypot 2.0 2.35 2.35
2 libm.so.6 hypotf 2.0 2.35 2.35
2 libm.so.6 lgamma 2.0 2.23 2.23
2 libm.so.6 lgammaf 2.0 2.23 2.23
2 libm.so.6 lgammal 2.0 2.23 2.23
2 libm.so.6 log 2.0 2.29 2.29
2 libm.so.6 logf 2.0 2.27 2.27
2 libm.so.6 pow 2.0 2.29 2.29
2 libm.so.6 powf 2.0 2.27 2.27
20 libc.so.6 _IO_fprintf 2.2 2.4 2.4
20 libc.so.6 _IO_printf 2.2 2.4 2.4
20 libc.so.6 _IO_sprintf 2.2 2.4 2.4
20 libc.so.6 _IO_sscanf 2.2 2.4 2.4
20 libc.so.6 _IO_vfprintf 2.2 2.4 2.4
20 libc.so.6 _IO_vsprintf 2.2 2.4 2.4
20 libc.so.6 __asprintf 2.2 2.4 2.4
20 libc.so.6 __finitel 2.2 2.4 2.4
20 libc.so.6 __isinfl 2.2 2.4 2.4
20 libc.so.6 __isnanl 2.2 2.4 2.4
20 libc.so.6 __printf_fp 2.2 2.4 2.4
20 libc.so.6 __strfmon_l 2.2 2.4 2.4
20 libc.so.6 __strtold_internal 2.2 2.4 2.4
20 libc.so.6 __strtold_l 2.2 2.4 2.4
20 libc.so.6 __vfscanf 2.2 2.4 2.4
20 libc.so.6 __vsnprintf 2.2 2.4 2.4
20 libc.so.6 __vsscanf 2.2 2.4 2.4
20 libc.so.6 __wcstold_internal 2.2 2.4 2.4
20 libc.so.6 __wcstold_l 2.2 2.4 2.4
20 libc.so.6 asprintf 2.2 2.4 2.4
20 libc.so.6 copysignl 2.2 2.4 2.4
20 libc.so.6 dprintf 2.2 2.4 2.4
20 libc.so.6 finitel 2.2 2.4 2.4
20 libc.so.6 fmemopen 2.2 2.22 2.22
20 libc.so.6 fprintf 2.2 2.4 2.4
20 libc.so.6 frexpl 2.2 2.4 2.4
20 libc.so.6 fscanf 2.2 2.4 2.4
20 libc.so.6 fwprintf 2.2 2.4 2.4
20 libc.so.6 fwscanf 2.2 2.4 2.4
20 libc.so.6 glob 2.2 2.27 2.27
20 libc.so.6 glob64 2.2 2.27 2.27
20 libc.so.6 isinfl 2.2 2.4 2.4
20 libc.so.6 isnanl 2.2 2.4 2.4
20 libc.so.6 ldexpl 2.2 2.4 2.4
20 libc.so.6 lio_listio 2.2 2.4 2.34
20 libc.so.6 lio_listio64 2.2 2.4 2.34
20 libc.so.6 modfl 2.2 2.4 2.4
20 libc.so.6 nftw 2.2 2.3.3 2.3.3
20 libc.so.6 nftw64 2.2 2.3.3 2.3.3
20 libc.so.6 obstack_printf 2.2 2.4 2.4
20 libc.so.6 obstack_vprintf 2.2 2.4 2.4
20 libc.so.6 posix_spawn 2.2 2.15 2.15
20 libc.so.6 posix_spawnp 2.2 2.15 2.15
20 libc.so.6 printf 2.2 2.4 2.4
20 libc.so.6 printf_size 2.2 2.4 2.4
20 libc.so.6 pthread_cond_broadcast 2.2 2.3.2 2.3.2
20 libc.so.6 pthread_cond_destroy 2.2 2.3.2 2.3.2
20 libc.so.6 pthread_cond_init 2.2 2.3.2 2.3.2
20 libc.so.6 pthread_cond_signal 2.2 2.3.2 2.3.2
20 libc.so.6 pthread_cond_timedwait 2.2 2.3.2 2.3.2
20 libc.so.6 pthread_cond_wait 2.2 2.3.2 2.3.2
20 libc.so.6 pthread_kill 2.2 2.34 2.34
20 libc.so.6 qecvt 2.2 2.4 2.4
20 libc.so.6 qecvt_r 2.2 2.4 2.4
20 libc.so.6 qfcvt 2.2 2.4 2.4
20 libc.so.6 qfcvt_r 2.2 2.4 2.4
20 libc.so.6 qgcvt 2.2 2.4 2.4
20 libc.so.6 realpath 2.2 2.3 2.3
20 libc.so.6 regexec 2.2 2.3.4 2.3.4
20 libc.so.6 scalbnl 2.2 2.4 2.4
20 libc.so.6 scanf 2.2 2.4 2.4
20 libc.so.6 snprintf 2.2 2.4 2.4
20 libc.so.6 sprintf 2.2 2.4 2.4
20 libc.so.6 sscanf 2.2 2.4 2.4
20 libc.so.6 strfmon 2.2 2.4 2.4
20 libc.so.6 strtold 2.2 2.4 2.4
20 libc.so.6 swprintf 2.2 2.4 2.4
20 libc.so.6 swscanf 2.2 2.4 2.4
20 libc.so.6 syslog 2.2 2.4 2.4
20 libc.so.6 timer_create 2.2 2.3.3 2.34
20 libc.so.6 timer_delete 2.2 2.3.3 2.34
20 libc.so.6 timer_getoverrun 2.2 2.3.3 2.34
20 libc.so.6 timer_gettime 2.2 2.3.3 2.34
20 libc.so.6 timer_settime 2.2 2.3.3 2.34
20 libc.so.6 vasprintf 2.2 2.4 2.4
20 libc.so.6 vdprintf 2.2 2.4 2.4
20 libc.so.6 vfprintf 2.2 2.4 2.4
20 libc.so.6 vfscanf 2.2 2.4 2.4
20 libc.so.6 vfwprintf 2.2 2.4 2.4
20 libc.so.6 vfwscanf 2.2 2.4 2.4
20 libc.so.6 vprintf 2.2 2.4 2.4
20 libc.so.6 vscanf 2.2 2.4 2.4
20 libc.so.6 vsnprintf 2.2 2.4 2.4
20 libc.so.6 vsprintf 2.2 2.4 2.4
20 libc.so.6 vsscanf 2.2 2.4 2.4
20 libc.so.6 vswprintf 2.2 2.4 2.4
20 libc.so.6 vswscanf 2.2 2.4 2.4
20 libc.so.6 vsyslog 2.2 2.4 2.4
20 libc.so.6 vwprintf 2.2 2.4 2.4
20 libc.so.6 vwscanf 2.2 2.4 2.4
20 libc.so.6 wcstold 2.2 2.4 2.4
20 libc.so.6 wprintf 2.2 2.4 2.4
20 libc.so.6 wscanf 2.2 2.4 2.4
20 libm.so.6 __clog10l 2.2 2.4 2.4
20 libm.so.6 __finitel 2.2 2.4 2.4
20 libm.so.6 acoshl 2.2 2.4 2.4
20 libm.so.6 acosl 2.2 2.4 2.4
20 libm.so.6 asinhl 2.2 2.4 2.4
20 libm.so.6 asinl 2.2 2.4 2.4
20 libm.so.6 atan2l 2.2 2.4 2.4
20 libm.so.6 atanhl 2.2 2.4 2.4
20 libm.so.6 atanl 2.2 2.4 2.4
20 libm.so.6 cabsl 2.2 2.4 2.4
20 libm.so.6 cacoshl 2.2 2.4 2.4
20 libm.so.6 cacosl 2.2 2.4 2.4
20 libm.so.6 cargl 2.2 2.4 2.4
20 libm.so.6 casinhl 2.2 2.4 2.4
20 libm.so.6 casinl 2.2 2.4 2.4
20 libm.so.6 catanhl 2.2 2.4 2.4
20 libm.so.6 catanl 2.2 2.4 2.4
20 libm.so.6 cbrtl 2.2 2.4 2.4
20 libm.so.6 ccoshl 2.2 2.4 2.4
20 libm.so.6 ccosl 2.2 2.4 2.4
20 libm.so.6 ceill 2.2 2.4 2.4
20 libm.so.6 cexpl 2.2 2.4 2.4
20 libm.so.6 cimagl 2.2 2.4 2.4
20 libm.so.6 clog10l 2.2 2.4 2.4
20 libm.so.6 clogl 2.2 2.4 2.4
20 libm.so.6 conjl 2.2 2.4 2.4
20 libm.so.6 copysignl 2.2 2.4 2.4
20 libm.so.6 coshl 2.2 2.4 2.4
20 libm.so.6 cosl 2.2 2.4 2.4
20 libm.so.6 cpowl 2.2 2.4 2.4
20 libm.so.6 cprojl 2.2 2.4 2.4
20 libm.so.6 creall 2.2 2.4 2.4
20 libm.so.6 csinhl 2.2 2.4 2.4
20 libm.so.6 csinl 2.2 2.4 2.4
20 libm.so.6 csqrtl 2.2 2.4 2.4
20 libm.so.6 ctanhl 2.2 2.4 2.4
20 libm.so.6 ctanl 2.2 2.4 2.4
20 libm.so.6 dreml 2.2 2.4 2.4
20 libm.so.6 erfcl 2.2 2.4 2.4
20 libm.so.6 erfl 2.2 2.4 2.4
20 libm.so.6 exp 2.2 2.29 2.29
20 libm.so.6 exp10f 2.2 2.32 2.32
20 libm.so.6 exp10l 2.2 2.4 2.4
20 libm.so.6 exp2 2.2 2.29 2.29
20 libm.so.6 exp2f 2.2 2.27 2.27
20 libm.so.6 expf 2.2 2.27 2.27
20 libm.so.6 expl 2.2 2.4 2.4
20 libm.so.6 expm1l 2.2 2.4 2.4
20 libm.so.6 fabsl 2.2 2.4 2.4
20 libm.so.6 fdiml 2.2 2.4 2.4
20 libm.so.6 finitel 2.2 2.4 2.4
20 libm.so.6 floorl 2.2 2.4 2.4
20 libm.so.6 fmal 2.2 2.4 2.4
20 libm.so.6 fmaxl 2.2 2.4 2.4
20 libm.so.6 fminl 2.2 2.4 2.4
20 libm.so.6 fmodl 2.2 2.4 2.4
20 libm.so.6 frexpl 2.2 2.4 2.4
20 libm.so.6 gammal 2.2 2.4 2.4
20 libm.so.6 hypot 2.2 2.35 2.35
20 libm.so.6 hypotf 2.2 2.35 2.35
20 libm.so.6 hypotl 2.2 2.4 2.4
20 libm.so.6 ilogbl 2.2 2.4 2.4
20 libm.so.6 j0l 2.2 2.4 2.4
20 libm.so.6 j1l 2.2 2.4 2.4
20 libm.so.6 jnl 2.2 2.4 2.4
20 libm.so.6 ldexpl 2.2 2.4 2.4
20 libm.so.6 lgamma 2.2 2.23 2.23
20 libm.so.6 lgammaf 2.2 2.23 2.23
20 libm.so.6 lgammal 2.2 2.23 2.23
20 libm.so.6 lgammal_r 2.2 2.4 2.4
20 libm.so.6 llrintl 2.2 2.4 2.4
20 libm.so.6 llroundl 2.2 2.4 2.4
20 libm.so.6 log 2.2 2.29 2.29
20 libm.so.6 log10l 2.2 2.4 2.4
20 libm.so.6 log1pl 2.2 2.4 2.4
20 libm.so.6 log2 2.2 2.29 2.29
20 libm.so.6 log2f 2.2 2.27 2.27
20 libm.so.6 log2l 2.2 2.4 2.4
20 libm.so.6 logbl 2.2 2.4 2.4
20 libm.so.6 logf 2.2 2.27 2.27
20 libm.so.6 logl 2.2 2.4 2.4
20 libm.so.6 lrintl 2.2 2.4 2.4
20 libm.so.6 lroundl 2.2 2.4 2.4
20 libm.so.6 modfl 2.2 2.4 2.4
20 libm.so.6 nanl 2.2 2.4 2.4
20 libm.so.6 nearbyintl 2.2 2.4 2.4
20 libm.so.6 nextafterl 2.2 2.4 2.4
20 libm.so.6 nexttoward 2.2 2.4 2.4
20 libm.so.6 nexttowardf 2.2 2.4 2.4
20 libm.so.6 nexttowardl 2.2 2.4 2.4
20 libm.so.6 pow 2.2 2.29 2.29
20 libm.so.6 powf 2.2 2.27 2.27
20 libm.so.6 powl 2.2 2.4 2.4
20 libm.so.6 remainderl 2.2 2.4 2.4
20 libm.so.6 remquol 2.2 2.4 2.4
20 libm.so.6 rintl 2.2 2.4 2.4
20 libm.so.6 roundl 2.2 2.4 2.4
20 libm.so.6 scalbl 2.2 2.4 2.4
20 libm.so.6 scalblnl 2.2 2.4 2.4
20 libm.so.6 scalbnl 2.2 2.4 2.4
20 libm.so.6 significandl 2.2 2.4 2.4
20 libm.so.6 sincosl 2.2 2.4 2.4
20 libm.so.6 sinhl 2.2 2.4 2.4
20 libm.so.6 sinl 2.2 2.4 2.4
20 libm.so.6 sqrtl 2.2 2.4 2.4
20 libm.so.6 tanhl 2.2 2.4 2.4
20 libm.so.6 tanl 2.2 2.4 2.4
20 libm.so.6 tgammal 2.2 2.4 2.4
20 libm.so.6 truncl 2.2 2.4 2.4
20 libm.so.6 y0l 2.2 2.4 2.4
20 libm.so.6 y1l 2.2 2.4 2.4
20 libm.so.6 ynl 2.2 2.4 2.4
40 libc.so.6 pthread_kill 2.27 2.34 2.34
40 libm.so.6 totalorder 2.27 2.31 2.31
40 libm.so.6 totalorderf 2.27 2.31 2.31
40 libm.so.6 totalorderf128 2.27 2.31 2.31
40 libm.so.6 totalorderf32 2.27 2.31 2.31
40 libm.so.6 totalorderf32x 2.27 2.31 2.31
40 libm.so.6 totalorderf64 2.27 2.31 2.31
40 libm.so.6 totalorderf64x 2.27 2.31 2.31
40 libm.so.6 totalorderl 2.27 2.31 2.31
40 libm.so.6 totalordermag 2.27 2.31 2.31
40 libm.so.6 totalordermagf 2.27 2.31 2.31
40 libm.so.6 totalordermagf128 2.27 2.31 2.31
40 libm.so.6 totalordermagf32 2.27 2.31 2.31
40 libm.so.6 totalordermagf32x 2.27 2.31 2.31
40 libm.so.6 totalordermagf64 2.27 2.31 2.31
40 libm.so.6 totalordermagf64x 2.27 2.31 2.31
40 libm.so.6 totalordermagl 2.27 2.31 2.31
8 libc.so.6 fcntl 2.4 2.28 2.28
8 libc.so.6 fmemopen 2.4 2.22 2.22
8 libc.so.6 glob 2.4 2.27 2.27
8 libc.so.6 glob64 2.4 2.27 2.27
8 libc.so.6 posix_spawn 2.4 2.15 2.15
8 libc.so.6 posix_spawnp 2.4 2.15 2.15
8 libc.so.6 pthread_kill 2.4 2.34 2.34
8 libm.so.6 exp 2.4 2.29 2.29
8 libm.so.6 exp10f 2.4 2.32 2.32
8 libm.so.6 exp2 2.4 2.29 2.29
8 libm.so.6 exp2f 2.4 2.27 2.27
8 libm.so.6 expf 2.4 2.27 2.27
8 libm.so.6 hypot 2.4 2.35 2.35
8 libm.so.6 hypotf 2.4 2.35 2.35
8 libm.so.6 lgamma 2.4 2.23 2.23
8 libm.so.6 lgammaf 2.4 2.23 2.23
8 libm.so.6 lgammal 2.4 2.23 2.23
8 libm.so.6 log 2.4 2.29 2.29
8 libm.so.6 log2 2.4 2.29 2.29
8 libm.so.6 log2f 2.4 2.27 2.27
8 libm.so.6 logf 2.4 2.27 2.27
8 libm.so.6 pow 2.4 2.29 2.29
8 libm.so.6 powf 2.4 2.27 2.27
`;

/** Symbols that have no default version: machines, library, names (front-coded). */
export const COMPAT = `
10 libm.so.6 0__fe_nomask_env,
13 libm.so.6 0__acosf128_finite,6hf128_finite,3sinf128_finite,3tan2f128_finite,6hf128_finite,2coshf128_finite,2exp10f128_finite,52f128_finite,5f128_finite,2fmodf128_finite,2gammaf128_r_finite,2hypotf128_finite,2j0f128_finite,31f128_finite,3nf128_finite,2lgammaf128_r_finite,3og10f128_finite,52f128_finite,5f128_finite,2powf128_finite,2remainderf128_finite,2sinhf128_finite,3qrtf128_finite,2y0f128_finite,31f128_finite,3nf128_finite,
2 libc.so.6 0__divdi3,2memcpy_by2,b4,9c,9g,5pcpy_by2,c4,cn,5set_cc,bn_by2,f4,ag,9gcn_by2,f4,ag,3oddi3,2stpcpy_g,4rcat_c,9g,6hr_c,9g,8nul_c,cg,6mp_gg,6py_g,6spn_cg,ag,5len_g,5ncat_g,7mp_g,7py_by2,c4,cn,agg,5pbrk_cg,ag,5rchr_c,ag,5spn_cg,9g,6tr_cg,9g,5toq_internal,7uq_internal,2udivdi3,3moddi3,0res_init,0scalbln,7f,7l,
22 libc.so.6 0atexit,
23 libc.so.6 0__ctype32_b,atolower,cupper,7_b,8tolower,aupper,1obstack,0pthread_atfork,
2b libc.so.6 0__secure_getenv,
3b libc.so.6 0__sysctl,
3f libc.so.6 0__malloc_initialize_hook,3empcpy_small,2nss_group_lookup,6hosts_lookup,6passwd_lookup,2sigaddset,5delset,5ismember,3tpcpy_small,4rcpy_small,6spn_c1,b2,b3,5pbrk_c2,b3,5sep_1c,92c,93c,6pn_c1,a2,a3,5tok_r_1c,0advance,0bdflush,0cfree,1reate_module,0get_kernel_syms,0loc1,32,3s,0query_module,0sigvec,1tep,0uselib,
3f libc_malloc_debug.so.0 0malloc_get_state,7set_state,
3f libm.so.6 0_LIB_VERSION,0matherr,0pow10,5f,5l,
3f libnsl.so.1 0__nis_hash,
3f libresolv.so.2 0__p_secstodate,1gethtbyaddr,8name,c2,6ent,1sethtent,0res_gethostbyaddr,dname,h2,4send_setqhook,crhook,
4 libc.so.6 0__send,
77 libm.so.6 0__acoshl_finite,6l_finite,3sinl_finite,3tan2l_finite,6hl_finite,2coshl_finite,2exp10l_finite,52l_finite,5l_finite,2fmodl_finite,2gammal_r_finite,2hypotl_finite,2j0l_finite,31l_finite,3nl_finite,2lgammal_r_finite,3og10l_finite,52l_finite,5l_finite,2powl_finite,2remainderl_finite,2scalbl_finite,3inhl_finite,3qrtl_finite,2y0l_finite,31l_finite,3nl_finite,
7f ld 0__rtld_version_placeholder,
7f libanl.so.1 0__libanl_version_placeholder,
7f libc.so.6 0_IO_vfscanf,1_after_morecore_hook,2default_morecore,3n_comp,5expand,5skipname,2free_hook,2key_decryptsession_pk_LOCAL,6encryptsession_pk_LOCAL,6gendes_LOCAL,2malloc_hook,3emalign_hook,3orecore,2nss_database_lookup,6next,2pthread_getspecific,amutex_destroy,ginit,glock,gtrylock,gunlock,fattr_destroy,kinit,ksettype,aonce,arwlock_destroy,hinit,hrdlock,htryrdlock,kwrlock,hunlock,hwrlock,asetspecific,2realloc_hook,4s_dnok,6hnok,6mailok,7kquery,6nmkquery,7query,cdomain,7search,9nd,6ownok,6query,bdomain,6search,8nd,3pc_thread_createerr,dsvc_fdset,hmax_pollfd,hpollfd,1authenticate,1null_auth,1pthread_cleanup_pop_restore,iush_defer,1res,2pc_dtablesize,1seterr_reply,2ys_errlist,5nerr,5siglist,0authdes_create,8getucred,8pk_create,4none_create,4unix_create,f_default,0callrpc,1bc_crypt,1lnt_broadcast,5create,5pcreateerror,6errno,9or,5spcreateerror,7errno,aor,4raw_create,4tcp_create,4udp_bufcreate,8create,5nix_create,0des_setparity,0ecb_crypt,0fattach,1detach,0get_myaddress,3msg,3netname,3pmsg,4ublickey,3rpcport,3secretkey,0host2netname,0isastream,0key_decryptsession,i_pk,4encryptsession,i_pk,4gendes,6t_conv,4secretkey_is_set,6tnet,7secret,0llseek,0mallwatch,0netname2host,8user,1fsservctl,0passwd2des,1map_getmaps,8port,5rmtcall,5set,5unset,1thread_kill_other_threads_np,8mutex_consistent_np,dattr_getkind_np,lrobust_np,isetkind_np,lrobust_np,8yield,1utmsg,3pmsg,0registerrpc,1pc_createerr,1time,0sstk,1time,1vc_exit,4fdset,4getreq,a_common,bpoll,aset,4max_pollfd,4pollfd,4register,5un,4sendreply,4unregister,3authdes_stats,3err_auth,7decode,7noproc,cg,7progvers,7systemerr,7weakauth,3fd_create,3raw_create,3tcp_create,3udp_bufcreate,7create,7enablecache,4nix_create,7fd_create,1ys_errlist,4nerr,4sigabbrev,7list,3ctl,0tr_break,0user2netname,2tat,0vtimes,0xdecrypt,2r_accepted_reply,5rray,5uthdes_cred,cverf,8unix_parms,4bool,5ytes,4callhdr,8msg,5har,5ryptkeyarg,f2,cres,4des_block,5ouble,4enum,4float,5ree,4getcredres,4hyper,4int,716_t,732_t,764_t,78_t,4key_netstarg,dres,7buf,7status,4long,8long_t,4netnamestr,7obj,4opaque,a_auth,4pmap,8list,5ointer,4quad_t,4reference,6jected_reply,6plymsg,5mtcall_args,bres,4short,5izeof,5tring,4u_char,6hyper,6int,6long,along_t,6quad_t,6short,5int16_t,832_t,864_t,88_t,5nion,7xcred,4vector,5oid,4wrapstring,3mem_create,3rec_create,7endofrecord,8of,7skiprecord,3stdio_create,1encrypt,1prt_register,5unregister,
7f libc_malloc_debug.so.0 0__free_hook,2malloc_hook,3emalign_hook,2realloc_hook,0aligned_alloc,0calloc,0free,0mallinfo,82,4oc,6_info,7stats,7trim,7usable_size,5pt,1check,6_check_all,7pedantic,1emalign,1probe,1trace,1untrace,0posix_memalign,1valloc,0realloc,0valloc,
7f libdl.so.2 0__libdl_version_placeholder,
7f libm.so.6 0__acos_finite,6f_finite,6h_finite,7f_finite,3sin_finite,6f_finite,3tan2_finite,7f_finite,6h_finite,7f_finite,2cosh_finite,6f_finite,2exp10_finite,7f_finite,52_finite,6f_finite,5_finite,5f_finite,2fmod_finite,6f_finite,2gamma_r_finite,7f_r_finite,2hypot_finite,7f_finite,2j0_finite,4f_finite,31_finite,4f_finite,3n_finite,4f_finite,2lgamma_r_finite,8f_r_finite,3og10_finite,7f_finite,52_finite,6f_finite,5_finite,5f_finite,2pow_finite,5f_finite,2remainder_finite,bf_finite,2scalb_finite,7f_finite,3inh_finite,6f_finite,3qrt_finite,6f_finite,2y0_finite,4f_finite,31_finite,4f_finite,3n_finite,4f_finite,
7f libnsl.so.1 0__free_fdresult,2nis_default_access,egroup,eowner,ettl,6finddirectory,5bind_connect,breate,adestroy,anext,2yp_check,0nis_add,7_entry,7member,4checkpoint,5lone_directory,aobject,aresult,5reategroup,4destroy_object,bgroup,5ir_cmp,5omain_of,d_r,4first_entry,5ree_directory,9object,9request,8names,8result,8servlist,8tags,4getnames,7servlist,4ismember,4leaf_of,b_r,6rror,5ist,5ocal_directory,agroup,ahost,aprincipal,6okup,4mkdir,5odify,a_entry,4name_of,b_r,5ext_entry,4perror,5ing,5rint_directory,aentry,agroup,f_entry,alink,aobject,aresult,bights,atable,4read_obj,6move,a_entry,amember,5mdir,4servstate,5perrno,9or,b_r,5tats,4verifygroup,4write_obj,0readColdStartFile,0writeColdStartFile,0xdr_cback_data,4domainname,4keydat,4mapname,4obj_p,4peername,4valdat,4yp_buf,6all,6bind_binding,bresp,ftype,bsetdom,6delete_args,6map_parms,9list,6push_status,aresp_xfr,6req_key,anokey,axfr,8sp_all,bkey_val,bmaplist,dster,border,bval,bxfr,6stat,6update_args,6xfrstat,0yp_all,3bind,3first,3get_default_domain,3maplist,5ster,5tch,3next,3order,3unbind,4pdate,2binderr_string,2err_string,2prot_err,
7f libpthread.so.0 0__libpthread_version_placeholder,
7f librt.so.1 0__librt_version_placeholder,
7f libutil.so.1 0__libutil_version_placeholder,
8 libc.so.6 0__finitel,2isinfl,4nanl,1mcount,0inb,2l,2w,1operm,3l,0mcount,0outb,3l,3w,0profil_counter,
8 libm.so.6 0__finitel,
`;

/** Default versions that are not the newest one: machines, library, symbol, version. */
export const DEFAULTS = `
2 libc.so.6 __pread64 2.1
2 libc.so.6 __pwrite64 2.1
2 libc.so.6 lseek64 2.1
2 libc.so.6 open64 2.1
2 libc.so.6 pread 2.1
2 libc.so.6 pread64 2.1
2 libc.so.6 pwrite 2.1
2 libc.so.6 pwrite64 2.1
20 libc.so.6 __longjmp_chk 2.11
20 libc.so.6 __sigsetjmp 2.2
20 libc.so.6 _longjmp 2.2
20 libc.so.6 _setjmp 2.2
20 libc.so.6 getcontext 2.2
20 libc.so.6 longjmp 2.2
20 libc.so.6 setjmp 2.2
20 libc.so.6 siglongjmp 2.2
`;
