"""MPEG-TS as it lies in a file or comes in a datagram: packets, and the tables that say which of them carry what. Pure.

Source: ISO/IEC 13818-1 (packets 2.4.3.2, PAT 2.4.4.3, PMT 2.4.4.8, stream types table 2-34).
"""
